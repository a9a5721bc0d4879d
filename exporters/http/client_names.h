#pragma once

#include <string>
#include <vector>

#include <openssl/x509.h>

namespace narthex::detail {

// Whether one of the names is, exactly, a DNS name, an e-mail address, an IP address or a URI among the subject
// alternative names of the certificate.
bool has_name(const X509& certificate, const std::vector<std::string>& names);

}  // namespace narthex::detail
