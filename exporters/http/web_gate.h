#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <narthex/web_config_file.h>

#include "http/admission.h"
#include "http/byte_stream.h"
#include "http/client_address.h"

namespace narthex::detail {

class TlsContext;

// Decides about requests before the routes, according to a web configuration file.
// Thread safety: all members may be called concurrently.
// Exceptions: none. Errors become a status, and the last valid state stays in use.
// Lifetime: in the child of a fork(), only the destructor may be called, and only if no other thread was calling a
// member at the time of the fork. Otherwise the child leaks the gate.
class WebGate {
 public:
  // Called with the result of a password check, on the thread of the queue. It must not block or throw.
  using Callback = std::function<void(Admission)>;

  WebGate() = default;
  WebGate(const WebGate&) = delete;
  WebGate& operator=(const WebGate&) = delete;
  virtual ~WebGate() = default;  // waits for the running password check and cancels the waiting ones

  // Decides about a request. Returns the decision, or nothing if the password must be checked first; then `done` is
  // called later, exactly once, unless the destructor of the gate cancels it.
  // Reads the file again first. An invalid file keeps the last valid configuration in use.
  virtual std::optional<Admission> admit(const ClientAddress& client, std::string_view authorization,
                                         Callback done) = 0;

  // Returns whether connections are encrypted. This is decided when the file is read first.
  virtual bool has_tls() const noexcept = 0;

  // Returns the context for a new connection, after looking for changed files; null without TLS. Broken new files, or a
  // key that does not fit its certificate yet, keep the last valid context in use.
  virtual std::shared_ptr<const TlsContext> tls_context() = 0;

  // Returns a stream with the context of tls_context(). A program without a gate then contains no TLS.
  virtual std::unique_ptr<ByteStream> tls_stream(int socket) = 0;
};

// open_web_gate() is declared in <narthex/web_config_file.h>. `log` gets one line when a changed file is found broken, and none until the files change again or become valid. It is
// called without locks, by the thread that calls admit() or tls_context(). It must not throw.
// Throws OptionsError for what is wrong in the file, FileError where it cannot be read, SystemError if the system has
// no random bytes.
class WebGateOpener {
 public:
  // Calls open_web_gate() through the file, or returns null without a file. A direct call would add the gate to every
  // program.
  static std::unique_ptr<WebGate> open(const WebConfigFile& file, WebGateLog log) {
    return file.path_.empty() ? nullptr : file.open_(file.path_, std::move(log));
  }
};

}  // namespace narthex::detail
