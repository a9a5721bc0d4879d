#include <narthex/pushgateway_exporter.h>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <narthex/detail/push_rules.h>
#include <narthex/detail/quote.h>
#include <narthex/error.h>
#include <narthex/exposition.h>

#include "push/curl_handle.h"
#include "push/delivery.h"
#include "push/http_client.h"
#include "push/push_checks.h"
#include "push/push_result.h"
#include "push/push_worker.h"
#include "pushgateway/group_url.h"

namespace narthex {

namespace {

using detail::PushClock;
using detail::PushDeadline;
using detail::PushOutcome;
using detail::PushResult;
using std::chrono::milliseconds;

constexpr std::string_view kExporter = "pushgateway exporter";
constexpr milliseconds kOneHour = std::chrono::hours(1);
constexpr int kMaxAttempts = 10;
constexpr std::array<std::string_view, 3> kReservedHeaders{"content-length", "content-type", "transfer-encoding"};

void check(const PushgatewayOptions& options) {
  const detail::PushChecks checks(kExporter);
  checks.check_duration("timeout", options.timeout, milliseconds(1), kOneHour);
  checks.check_duration("shutdown_timeout", options.shutdown_timeout, milliseconds(0), kOneHour);
  if (options.interval) {
    checks.check_duration("interval", *options.interval, milliseconds(100), std::chrono::hours(24));
  }
  if (options.attempts < 1 || options.attempts > kMaxAttempts) {
    throw OptionsError(fmt::format("{}: attempts is {}; allowed: 1 to {}", kExporter, options.attempts, kMaxAttempts));
  }
  checks.check_headers(options.headers, kReservedHeaders);
  checks.check_connection(options.connection, options.headers);
}

bool is_retried(int status) { return status == 0 || status == 429 || status >= 500; }

PushOutcome outcome_of(int status) {
  if (detail::is_success(status)) return PushOutcome::success;
  return is_retried(status) ? PushOutcome::failed : PushOutcome::rejected;
}

// The last reply to a request, as a result for the statistics and as an error.
struct Sent {
  PushResult result{};
  std::error_code error{};
  int status = 0;
};

// A group of a Pushgateway.
class Group {
 public:
  Group(const Registry& registry, PushgatewayOptions options)
      : registry_(registry), options_(std::move(options)), group_labels_{"job"}, url_(detail::group_url(options_)) {
    check(options_);
    for (const auto& [name, value] : options_.grouping) group_labels_.push_back(name);
  }

  const PushgatewayOptions& options() const noexcept { return options_; }
  // The URL of the Pushgateway as a message may show it.
  std::string shown_url() const { return detail::ParsedUrl(options_.url).shown(); }

  // Throws SampleError for a sample that must not be pushed.
  Sent send_metrics(const char* method, const PushDeadline& deadline) const {
    const Exposition metrics = detail::expose_for_push(registry_, group_labels_);
    return send({.method = method, .body = metrics.body, .headers = {"Content-Type: " + metrics.content_type}},
                deadline);
  }
  Sent send(const detail::HttpRequest& request, const PushDeadline& deadline) const {
    const detail::RetryRules rules{.is_retried = is_retried,
                                   .first_wait = milliseconds(100),
                                   .factor = 2,
                                   .longest_wait = kOneHour,
                                   .max_attempts = options_.attempts};
    detail::HttpClient client({.url = url_, .headers = options_.headers, .connection = options_.connection});
    const auto [reply, attempts, sent_bytes] = detail::deliver(client, request, rules, deadline);
    Sent sent{.result = {.outcome = outcome_of(reply.status), .sent_bytes = sent_bytes},
              .error = reply.error,
              .status = reply.status};
    if (sent.result.outcome != PushOutcome::success) {
      const std::string error = reply.status == 0 ? "no reply" : fmt::format("HTTP status {}", reply.status);
      sent.result.reason = fmt::format("{} {}: {} in attempt {} of {}: {}", request.method, client.shown_url(), error,
                                       attempts, options_.attempts, detail::quote(reply.body));
    }
    return sent;
  }

 private:
  const Registry registry_;
  const PushgatewayOptions options_;
  std::vector<std::string> group_labels_;
  const std::string url_;
};

// What the thread pushes.
class GroupTarget final : public detail::PushTarget {
 public:
  explicit GroupTarget(const Group& group) : group_(group) {}

  PushResult push(const PushDeadline& deadline, bool) override { return group_.send_metrics("PUT", deadline).result; }

 private:
  const Group& group_;
};

}  // namespace

class PushgatewayExporter::Impl {
 public:
  Impl(const Registry& registry, PushgatewayOptions options) : group_(registry, std::move(options)) {
    const PushgatewayOptions& checked = group_.options();
    if (!checked.interval) return;
    worker_.emplace(detail::PushWorker::Options{.exporter = std::string(kExporter),
                                                .interval = *checked.interval,
                                                .timeout = checked.timeout,
                                                .shutdown_timeout = checked.shutdown_timeout,
                                                .diagnostic = checked.diagnostic},
                    std::make_unique<GroupTarget>(group_), totals_);
  }

  // Calls send(group, deadline). Throws PushError unless it succeeds.
  template <class Send>
  void call(Send send) const {
    const PushClock::time_point start = PushClock::now();
    const Sent sent = send(group_, PushDeadline(start + group_.options().timeout));
    count_push(sent.result, PushClock::now() - start, totals_);
    if (sent.result.outcome == PushOutcome::success) return;
    throw PushError(fmt::format("{}: {}", kExporter, sent.result.reason), sent.error, sent.status);
  }

 private:
  const Group group_;
  detail::PushTotals& totals_ = detail::push_totals("pushgateway", group_.shown_url());
  std::optional<detail::PushWorker> worker_;  // the last member: its thread uses the others
};

PushgatewayExporter::PushgatewayExporter(const Registry& registry, PushgatewayOptions options)
    : impl_(std::make_unique<Impl>(registry, std::move(options))) {}

PushgatewayExporter::~PushgatewayExporter() = default;

void PushgatewayExporter::push() const {
  impl_->call([](const Group& group, const PushDeadline& deadline) { return group.send_metrics("PUT", deadline); });
}

void PushgatewayExporter::add() const {
  impl_->call([](const Group& group, const PushDeadline& deadline) { return group.send_metrics("POST", deadline); });
}

void PushgatewayExporter::remove() const {
  impl_->call(
      [](const Group& group, const PushDeadline& deadline) { return group.send({.method = "DELETE"}, deadline); });
}

}  // namespace narthex
