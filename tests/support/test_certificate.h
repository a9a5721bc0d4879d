#pragma once

#include <memory>
#include <stdexcept>
#include <string>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

namespace narthex {

// A certificate with its key for a test: valid for an hour, signed by another certificate or by itself.
class TestCertificate {
 public:
  enum class Kind { server_or_client, authority };

  // `names` are subject alternative names as in openssl.cnf: "DNS:localhost, IP:127.0.0.1". Without an issuer, it is an
  // authority.
  explicit TestCertificate(const std::string& subject, const std::string& names = "",
                           const TestCertificate* issuer = nullptr, Kind kind = Kind::server_or_client)
      : key_(EVP_EC_gen("P-256"), EVP_PKEY_free), certificate_(X509_new(), X509_free) {
    X509_set_version(certificate_.get(), X509_VERSION_3);
    static long serial = 0;
    ASN1_INTEGER_set(X509_get_serialNumber(certificate_.get()), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(certificate_.get()), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate_.get()), 3600);
    X509_set_pubkey(certificate_.get(), key_.get());
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate_.get()), "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(subject.c_str()), -1, -1, 0);
    const TestCertificate& signer = issuer ? *issuer : *this;
    X509_set_issuer_name(certificate_.get(), X509_get_subject_name(signer.certificate_.get()));
    if (!names.empty()) extend(NID_subject_alt_name, names);
    if (!issuer || kind == Kind::authority) extend(NID_basic_constraints, "critical,CA:TRUE");
    if (X509_sign(certificate_.get(), signer.key_.get(), EVP_sha256()) == 0) {
      throw std::runtime_error("cannot sign " + subject);
    }
  }

  X509* certificate() const { return certificate_.get(); }
  EVP_PKEY* key() const { return key_.get(); }
  std::string certificate_pem() const {
    return written([this](BIO* bio) { PEM_write_bio_X509(bio, certificate()); });
  }
  std::string key_pem(const char* passphrase = nullptr) const {
    return written([&](BIO* bio) {
      PEM_write_bio_PKCS8PrivateKey(bio, key(), passphrase ? EVP_aes_128_cbc() : nullptr, nullptr, 0, nullptr,
                                    const_cast<char*>(passphrase));
    });
  }

 private:
  void extend(int nid, const std::string& value) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str());
    if (!extension) throw std::runtime_error("no such extension: " + value);
    X509_add_ext(certificate_.get(), extension, -1);
    X509_EXTENSION_free(extension);
  }

  template <typename Write>
  static std::string written(const Write& write) {
    const std::unique_ptr<BIO, int (*)(BIO*)> bio(BIO_new(BIO_s_mem()), BIO_free);
    write(bio.get());
    char* text = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &text);
    return {text, static_cast<std::size_t>(size)};
  }

  std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key_;
  std::unique_ptr<X509, void (*)(X509*)> certificate_;
};

}  // namespace narthex
