#pragma once

#include <string>
#include <vector>

#include <openssl/x509.h>

namespace narthex::detail {

// Whether one of the names is, exactly, a DNS name, an e-mail address, an IP address or a URI of the certificate's subject
// alternative names.
bool has_name(const X509& certificate, const std::vector<std::string>& names);

}  // namespace narthex::detail
