#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "civetweb/stream.h"
#include "http/admission.h"
#include "http/socket.h"

namespace narthex::detail {

// Decides about requests before the routes, according to a web configuration file.
// Thread safety: all members may be called concurrently.
class WebGate {
 public:
  WebGate() = default;
  WebGate(const WebGate&) = delete;
  WebGate& operator=(const WebGate&) = delete;
  virtual ~WebGate() = default;

  // Reads the file again and decides about a request with this Authorization header. Status 500 if the file is invalid.
  virtual Admission admit(std::string_view authorization) noexcept = 0;

  // Returns whether connections are encrypted. This is decided when the file is read first.
  virtual bool has_tls() const noexcept = 0;

  // Returns the server's end of a TLS connection, after reading the files again. Throws if a file is invalid.
  virtual std::unique_ptr<Stream> encrypt(FileDescriptor client) = 0;
};

// At most `max_passwords` requests wait for the check of their password; further ones get status 503.
// Throws OptionsError for what is wrong in the file, FileError where it cannot be read.
std::unique_ptr<WebGate> open_web_gate(const std::string& file, int max_passwords);

}  // namespace narthex::detail
