#pragma once

#include <string>

#include <narthex/detail/export.h>

namespace NARTHEX_VISIBILITY narthex {

/// How a push exporter connects to its receiver: TLS, passwords, and a proxy.
///
/// Values: files of at most 1 MiB. Those of passwords and tokens are read for each request, and those of certificates for
///   each new connection, so that they can be replaced while the program runs. If a file cannot be read later, the push
///   fails, and a line names the file.
/// Exceptions: the constructors of the exporters throw OptionsError if a file cannot be read, and for options that
///   contradict each other: `key_file` without `certificate_file`, `password_file` without `user`, `user` with
///   `bearer_token_file`, and either of the two with a header Authorization.
struct PushConnection {
  /// File of the certificates (PEM) that may sign the certificate of the receiver. Empty: those of the system.
  std::string ca_file = {};
  /// File of the client certificate (PEM), for receivers that require one. Empty: none.
  std::string certificate_file = {};
  /// File of the private key of the client certificate (PEM). Empty: certificate_file contains it.
  std::string key_file = {};
  /// File of a token, which is sent as `Authorization: Bearer <token>`. White space at its ends is removed. Empty: none.
  std::string bearer_token_file = {};
  /// User of the authentication scheme Basic. Empty: none.
  std::string user = {};
  /// File of the password of the user. White space at its ends is removed. Empty: the password is empty.
  std::string password_file = {};
  /// URL of a proxy: "http://proxy:3128", "socks5h://proxy:1080". Empty: the variables http_proxy, https_proxy,
  /// all_proxy, and no_proxy of the environment decide, as they do for curl.
  std::string proxy = {};
};

}  // namespace narthex
