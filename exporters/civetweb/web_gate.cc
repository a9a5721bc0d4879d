#include "civetweb/web_gate.h"

#include <exception>
#include <future>
#include <mutex>
#include <utility>

#include <fmt/format.h>

#include "civetweb/tls_stream.h"
#include "http/password_check.h"
#include "http/small_file.h"
#include "http/tls_context.h"
#include "http/token_bucket.h"
#include "http/web_config.h"

namespace narthex::detail {

namespace {

// A web configuration file. It is read for every request and parsed if it has changed. Comparing times and sizes would
// not be cheaper, and would miss a second change within a tick of the clock.
class ConfigFile {
 public:
  explicit ConfigFile(std::string file) : file_(std::move(file)) {}

  // Returns the current configuration. Throws if the file is invalid.
  std::shared_ptr<const WebConfig> read() {
    std::string text = read_small_file(file_);
    const std::lock_guard lock(mutex_);
    if (!config_ || text != text_) {
      // On a thread with a stack of the usual size: yaml-cpp recurses for each level, and threads of civetweb have 100
      // KiB.
      const auto parse = [&] { return std::make_shared<const WebConfig>(parse_web_config(text, file_)); };
      config_ = std::async(std::launch::async, parse).get();
      text_ = std::move(text);
    }
    return config_;
  }

 private:
  const std::string file_;
  std::mutex mutex_;
  std::string text_;
  std::shared_ptr<const WebConfig> config_;  // parsed from text_
};

// Returns the context of new connections, a new one if the configuration or one of its files has changed.
class TlsContexts {
 public:
  std::shared_ptr<const TlsContext> made_of(const TlsConfig& config) {
    TlsTexts texts = read_tls_texts(config);
    const std::lock_guard lock(mutex_);
    if (!last_ || !last_->is_made_of(config, texts))
      last_ = std::make_shared<const TlsContext>(config, std::move(texts));
    return last_;
  }

 private:
  std::mutex mutex_;
  std::shared_ptr<const TlsContext> last_;
};

class FileGate final : public WebGate {
 public:
  FileGate(const std::string& file, int max_passwords)
      : file_(file),
        config_at_start_(file_.read()),
        bucket_(config_at_start_->rate_limit, TokenBucket::Clock::now()),
        passwords_(max_passwords) {
    if (has_tls()) contexts_.made_of(config_at_start_->tls);
  }

  Admission admit(std::string_view authorization) noexcept override {
    try {
      const std::shared_ptr<const WebConfig> config = file_.read();
      if (!bucket_.take(TokenBucket::Clock::now())) return {.status = 429};
      Admission admission;
      for (const auto& [name, value] : config->headers) admission.headers += fmt::format("{}: {}\r\n", name, value);
      if (!config->users.empty()) add_verdict(passwords_.check(config->users, authorization), admission);
      return admission;
    } catch (const std::exception&) {  // the file is invalid now; the client must not see why
      return {.status = 500};
    }
  }

  bool has_tls() const noexcept override { return config_at_start_->tls.is_on(); }

  std::unique_ptr<Stream> encrypt(FileDescriptor client) override {
    return std::make_unique<TlsStream>(contexts_.made_of(file_.read()->tls), std::move(client));
  }

 private:
  static void add_verdict(PasswordCheck::Verdict verdict, Admission& admission) {
    if (verdict == PasswordCheck::Verdict::kBusy) admission.status = 503;
    if (verdict != PasswordCheck::Verdict::kWrong) return;
    admission.status = 401;
    admission.headers += "WWW-Authenticate: Basic\r\n";
  }

  ConfigFile file_;
  const std::shared_ptr<const WebConfig> config_at_start_;
  TokenBucket bucket_;
  PasswordCheck passwords_;
  TlsContexts contexts_;
};

}  // namespace

std::unique_ptr<WebGate> open_web_gate(const std::string& file, int max_passwords) {
  return std::make_unique<FileGate>(file, max_passwords);
}

}  // namespace narthex::detail
