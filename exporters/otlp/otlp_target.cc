#include "otlp/otlp_target.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <narthex/detail/gzip.h>
#include <narthex/detail/quote.h>
#include <narthex/version.h>

#include "otlp/noting_sink.h"
#include "otlp/otlp_reply.h"
#include "push/delivery.h"

namespace narthex::detail::otlp {

namespace {

constexpr std::size_t kMaxKeptReply = std::size_t{64} << 10;

// The replies after which OpenTelemetry requires another attempt. 0: there was no reply.
bool is_retried(int status) { return status == 0 || status == 429 || status == 502 || status == 503 || status == 504; }

// The receiver refuses the request also if it is repeated.
bool is_client_error(int status) { return status >= 400 && status <= 499; }

constexpr RetryRules kRetryRules{.is_retried = is_retried,
                                 .first_wait = std::chrono::milliseconds(1000),
                                 .factor = 1.5,
                                 .longest_wait = std::chrono::milliseconds(5000)};

std::vector<std::string> headers_of(const Settings& settings) {
  std::vector<std::string> headers = settings.headers;
  headers.emplace_back("Content-Type: application/x-protobuf");  // without parameters, which Prometheus refuses
  headers.push_back(fmt::format("User-Agent: narthex/{}", kVersion));
  if (settings.is_compressed) headers.emplace_back("Content-Encoding: gzip");
  return headers;
}

std::string_view reason_of(OtlpDrop drop) {
  constexpr std::array<std::string_view, kNumberOfDrops> kReasons{
      "OTLP has no type for gauge histograms",    "a receiver may refuse a name that consists of underscores",
      "a receiver may refuse a label '_'",        "a timestamp must be after 1970 and before the year 2554",
      "a request must not be larger than 64 MiB",
  };
  return kReasons[static_cast<std::size_t>(drop)];
}

// Keeps the worst outcome, and the reason of the first request that had it.
void add_outcome(PushResult& result, PushOutcome outcome, std::string_view reason) {
  if (outcome <= result.outcome) return;
  result.outcome = outcome;
  result.reason = reason;
}

}  // namespace

Target::Target(const Registry& registry, const Settings& settings, PushLog log, Clock clock)
    : registry_(registry),
      is_compressed_(settings.is_compressed),
      marks_stale_at_end_(settings.marks_stale_at_end),
      client_({.url = settings.url, .headers = headers_of(settings), .connection = settings.connection}),
      log_(std::move(log)),
      clock_(std::move(clock)),
      encoder_({.resource = settings.resource,
                .scope = settings.scope,
                .prefers_exponential = settings.prefers_exponential}) {}

PushResult Target::push(const PushDeadline& deadline, bool is_last) {
  if (deadline.has_passed()) return {.outcome = PushOutcome::failed, .reason = "no time was left"};
  PushResult result{.outcome = PushOutcome::success};
  encoder_.begin(time_.next(clock_()));
  series_.begin();
  NotingSink sink(encoder_, series_);
  registry_.collect(sink);
  series_.find_removed([this](const auto&... removed) { encoder_.add_stale(removed...); });
  encoder_.end();
  count_dropped(result);
  // Otherwise the next push repeats the last data points.
  if (deliver_all(deadline, result) == Reply::final) series_.commit();
  if (is_last && marks_stale_at_end_ && result.outcome != PushOutcome::failed) mark_all_stale(deadline, result);
  log_warning();
  return result;
}

void Target::mark_all_stale(const PushDeadline& deadline, PushResult& result) {
  encoder_.begin(time_.next(clock_()));
  series_.for_each([this](const auto&... series) { encoder_.add_stale(series...); });
  encoder_.end();
  deliver_all(deadline, result);
}

Target::Reply Target::deliver_all(const PushDeadline& deadline, PushResult& result) {
  Reply worst = Reply::final;
  for (const OtlpRequest& request : encoder_.requests()) {
    if (deadline.has_passed()) {
      add_outcome(result, PushOutcome::failed,
                  fmt::format("{}: no time was left to send all requests", client_.shown_url()));
      return Reply::none;
    }
    worst = std::max(worst, deliver_one(request, deadline, result));
    if (worst == Reply::none) return worst;  // the receiver would not take the other requests either
  }
  return worst;
}

Target::Reply Target::deliver_one(const OtlpRequest& request, const PushDeadline& deadline, PushResult& result) {
  const std::string compressed = is_compressed_ ? gzip(request.body) : std::string();
  const Delivery delivery = deliver(
      client_, {.body = is_compressed_ ? std::string_view(compressed) : request.body, .max_kept = kMaxKeptReply},
      kRetryRules, deadline);
  result.sent_bytes += delivery.sent_bytes;
  const HttpReply& reply = delivery.reply;
  if (is_success(reply.status) && !reply.is_too_long) {
    take_partial_success(request, reply, result);
    return Reply::final;
  }
  const std::string reason = fmt::format("{}: {}", client_.shown_url(), describe_error(reply));
  if (is_retried(reply.status)) {
    add_outcome(result, PushOutcome::failed, reason);
    return Reply::none;
  }
  result.rejected_samples += request.points;
  add_outcome(result, PushOutcome::rejected, reason);
  return is_success(reply.status) || is_client_error(reply.status) ? Reply::final : Reply::broken;
}

void Target::take_partial_success(const OtlpRequest& request, const HttpReply& reply, PushResult& result) {
  const PartialSuccess partial = parse_partial_success(reply.body);
  const std::uint64_t rejected = std::min(partial.rejected_points, request.points);
  if (rejected > 0) {
    result.rejected_samples += rejected;
    add_outcome(result, PushOutcome::rejected,
                fmt::format("{}: the receiver has not taken {} of {} data points: {}", client_.shown_url(), rejected,
                            request.points, quote(partial.message)));
  } else if (warning_.empty()) {
    warning_ = partial.message;
  }
}

void Target::log_warning() {
  const std::string warning = std::exchange(warning_, {});
  if (warning.empty() || warning == logged_warning_) return;
  log_.log(fmt::format("{}: the receiver has taken all data points with a warning: {}", client_.shown_url(),
                       quote(warning)));
  logged_warning_ = warning;
}

void Target::count_dropped(PushResult& result) {
  for (std::size_t i = 0; i < kNumberOfDrops; ++i) {
    const OtlpEncoder::Dropped& dropped = encoder_.dropped()[i];
    result.dropped_samples += dropped.samples;
    if (dropped.samples == 0 || std::exchange(is_drop_logged_[i], true)) continue;
    log_.log(fmt::format("metric {}: {}; such samples are not sent, but counted", quote(dropped.example),
                         reason_of(static_cast<OtlpDrop>(i))));
  }
}

}  // namespace narthex::detail::otlp
