#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "http/tls_context.h"
#include "http/web_config.h"

namespace narthex::detail {

// What a web configuration file and the files that it names said when they were valid together.
struct WebState {
  std::string text;  // of the configuration file
  std::shared_ptr<const WebConfig> config;
  std::shared_ptr<const TlsContext> tls;  // null without TLS
};

// A web configuration file with its certificates, which are read again when they are used.
//
// A new state is taken whole or not at all: if one of the files is broken, all of the last valid state stays in use,
// with its users, its headers, and its certificates. Comparing the time and size of a file would not be cheaper than
// reading it, and would miss a second change within a tick of the clock.
// Thread safety: all members may be called concurrently.
class WebConfigFiles {
 public:
  using Log = std::function<void(std::string_view)>;

  // Reads the files. Throws OptionsError or FileError.
  WebConfigFiles(std::string file, Log log);

  // Returns the state for a request. Reads the configuration file, and the certificates only if it has changed.
  std::shared_ptr<const WebState> for_request() { return latest(false); }

  // Returns the state for a new connection. Reads all files.
  std::shared_ptr<const WebState> for_connection() { return latest(true); }

  // This is decided when the file is read first.
  bool has_tls() const noexcept { return has_tls_; }

 private:
  // The content of all files at one time.
  struct Content {
    std::optional<std::string> text{};          // none if the configuration file cannot be read
    std::shared_ptr<const WebConfig> config{};  // null if the text is invalid
    TlsTexts tls{};
    std::string read_error{};  // the reason why a file cannot be read

    bool is_same(const Content& other) const {
      return text == other.text && tls == other.tls && read_error == other.read_error;
    }
  };

  std::shared_ptr<const WebState> latest(bool reads_certificates) noexcept;
  void log(const std::string& line) const noexcept;
  std::string update(bool reads_certificates);
  void take(Content& content, bool reads_certificates);
  std::shared_ptr<const WebConfig> config_of(const std::string& text) const;
  std::shared_ptr<const TlsContext> context_of(const Content& content) const;
  std::string refuse(Content content, std::string_view reason);

  const std::string file_;
  const Log log_;
  std::mutex mutex_;
  std::shared_ptr<const WebState> state_;
  std::optional<Content> refused_;  // the last content, if it was broken
  bool has_tls_ = false;
};

}  // namespace narthex::detail
