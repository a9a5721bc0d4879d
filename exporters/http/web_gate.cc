#include "http/web_gate.h"

#include <exception>
#include <utility>

#include <fmt/format.h>

#include "http/client_rate_limit.h"
#include "http/password_queue.h"
#include "http/web_config_files.h"

namespace narthex::detail {

namespace {

// Adds a verdict to a decision that so far admits the request.
Admission with_verdict(Admission admission, PasswordVerdict verdict) {
  if (verdict == PasswordVerdict::kBusy) {
    admission.status = 503;
    admission.headers += "Retry-After: 1\r\n";
  } else if (verdict == PasswordVerdict::kWrong) {
    admission.status = 401;
    admission.headers += "WWW-Authenticate: Basic\r\n";
  }
  return admission;
}

class FileGate final : public WebGate {
 public:
  FileGate(const std::string& file, WebConfigFiles::Log log) : files_(file, std::move(log)) {}

  std::optional<Admission> admit(const ClientAddress& client, std::string_view authorization, Callback done) override {
    try {
      return decide(*files_.for_request()->config, client, authorization, std::move(done));
    } catch (const std::exception&) {  // no memory; the client must not see why
      return Admission{.status = 500};
    }
  }

  bool has_tls() const noexcept override { return files_.has_tls(); }

  std::shared_ptr<const TlsContext> tls_context() override { return files_.for_connection()->tls; }

  std::unique_ptr<ByteStream> tls_stream(int socket) override { return detail::tls_stream(tls_context(), socket); }

 private:
  std::optional<Admission> decide(const WebConfig& config, const ClientAddress& client, std::string_view authorization,
                                  Callback done) {
    if (const auto wait = rate_limit_.refuse(client, config.rate_limit, ClientRateLimit::Clock::now())) {
      return Admission{.status = 429, .headers = fmt::format("Retry-After: {}\r\n", wait->count())};
    }
    Admission admission;
    for (const auto& [name, value] : config.headers) admission.headers += fmt::format("{}: {}\r\n", name, value);
    if (config.users.empty()) return admission;
    auto call_done = [admission, done = std::move(done)](PasswordVerdict verdict) {
      Admission decision{.status = 500};
      try {
        decision = with_verdict(admission, verdict);
      } catch (const std::exception&) {  // no memory
      }
      done(std::move(decision));
    };
    const std::optional<PasswordVerdict> verdict =
        passwords_.check(config.users, authorization, client, std::move(call_done));
    if (!verdict) return std::nullopt;
    return with_verdict(std::move(admission), *verdict);
  }

  WebConfigFiles files_;
  ClientRateLimit rate_limit_;
  PasswordQueue passwords_;
};

}  // namespace

std::unique_ptr<WebGate> open_web_gate(const std::string& file, WebGateLog log) {
  return std::make_unique<FileGate>(file, std::move(log));
}

}  // namespace narthex::detail
