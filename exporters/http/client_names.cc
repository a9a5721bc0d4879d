#include "http/client_names.h"

#include <algorithm>
#include <array>
#include <memory>

#include <arpa/inet.h>
#include <openssl/x509v3.h>

namespace narthex::detail {

namespace {

std::string bytes_of(const ASN1_STRING* text) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<std::size_t>(ASN1_STRING_length(text))};
}

std::string address_of(const ASN1_OCTET_STRING* address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int family = ASN1_STRING_length(address) == 4 ? AF_INET : AF_INET6;
  if (family == AF_INET6 && ASN1_STRING_length(address) != 16) return {};
  const char* written = ::inet_ntop(family, ASN1_STRING_get0_data(address), text.data(), text.size());
  return written ? written : "";
}

std::string text_of(const GENERAL_NAME& name) {
  switch (name.type) {
    case GEN_DNS:
      return bytes_of(name.d.dNSName);
    case GEN_EMAIL:
      return bytes_of(name.d.rfc822Name);
    case GEN_URI:
      return bytes_of(name.d.uniformResourceIdentifier);
    case GEN_IPADD:
      return address_of(name.d.iPAddress);
    default:
      return {};
  }
}

}  // namespace

bool has_name(const X509& certificate, const std::vector<std::string>& names) {
  const std::unique_ptr<GENERAL_NAMES, void (*)(GENERAL_NAMES*)> found(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr)),
      GENERAL_NAMES_free);
  for (int i = 0; i < sk_GENERAL_NAME_num(found.get()); ++i) {
    const std::string text = text_of(*sk_GENERAL_NAME_value(found.get(), i));
    if (!text.empty() && std::ranges::find(names, text) != names.end()) return true;
  }
  return false;
}

}  // namespace narthex::detail
