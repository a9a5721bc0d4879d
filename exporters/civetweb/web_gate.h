#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "civetweb/stream.h"
#include "http/admission.h"
#include "http/socket.h"

namespace narthex::detail {

// Stands in front of the routes as a web configuration file says.
// Threads: any, at once.
class WebGate {
 public:
  WebGate() = default;
  WebGate(const WebGate&) = delete;
  WebGate& operator=(const WebGate&) = delete;
  virtual ~WebGate() = default;

  // Reads the file again and decides on a request with this Authorization header; 500 where the file is broken by now.
  virtual Admission admit(std::string_view authorization) noexcept = 0;

  // Whether connections are encrypted, which is settled when the file is read first.
  virtual bool has_tls() const noexcept = 0;

  // Returns the server's end of a TLS connection, for which the files are read again. Throws where they are broken.
  virtual std::unique_ptr<Stream> encrypt(FileDescriptor client) = 0;
};

// `max_passwords` requests may wait for theirs to be checked; others are told 503 then.
// Throws OptionsError for what is wrong in the file, FileError where it cannot be read.
std::unique_ptr<WebGate> open_web_gate(const std::string& file, int max_passwords);

}  // namespace narthex::detail
