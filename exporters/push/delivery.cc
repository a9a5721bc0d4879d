#include "push/delivery.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include <curl/curl.h>
#include <fmt/format.h>
#include <narthex/detail/quote.h>

#include "push/jitter.h"

namespace narthex::detail {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::chrono::seconds kMaxRetryAfter = std::chrono::hours(24);
constexpr milliseconds kMinRetryAfter{100};  // a receiver that sends 0 must not be sent requests without a pause

milliseconds times(milliseconds wait, double factor) {
  return milliseconds(std::llround(static_cast<double>(wait.count()) * factor));
}

// Spreads the attempts of clients that failed together.
milliseconds with_jitter(milliseconds wait) { return times(wait, jitter(0.8, 1.2)); }

}  // namespace

std::optional<milliseconds> retry_after(std::string_view value, std::chrono::system_clock::time_point now) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error == std::errc() && end == value.data() + value.size()) return std::min(seconds(number), kMaxRetryAfter);
  const std::time_t date = curl_getdate(std::string(value).c_str(), nullptr);  // -1: not a date
  if (date < 0 || value.find(':') == std::string_view::npos) return std::nullopt;
  const auto wait = seconds(date) - std::chrono::floor<seconds>(now.time_since_epoch());
  return std::clamp(wait, seconds(0), kMaxRetryAfter);
}

Delivery deliver(HttpClient& client, const HttpRequest& request, const RetryRules& rules,
                 const PushDeadline& deadline) {
  Delivery delivery;
  HttpReply previous;
  HttpRequest attempt = request;
  for (milliseconds next = rules.first_wait;;) {
    // After an attempt that took too long, the next one gets all the time that is left.
    const bool was_slow = delivery.reply.error == std::errc::timed_out;
    attempt.is_last_attempt = was_slow || delivery.attempts + 1 == rules.max_attempts;
    previous = std::exchange(delivery.reply, client.send(attempt, deadline));
    ++delivery.attempts;
    delivery.sent_bytes += request.body.size();
    if (!rules.is_retried(delivery.reply.status) || delivery.attempts == rules.max_attempts) return delivery;
    std::optional<milliseconds> wait;
    if (const auto header = delivery.reply.header("retry-after")) {
      wait = retry_after(*header, std::chrono::system_clock::now());
      if (wait) wait = std::max(*wait, kMinRetryAfter);
    }
    if (!deadline.wait_for(wait ? *wait : with_jitter(next))) {
      const bool is_cut_off = delivery.reply.error == std::errc::timed_out && delivery.attempts > 1;
      if (is_cut_off) delivery.reply = std::move(previous);
      return delivery;
    }
    next = std::min(times(next, rules.factor), rules.longest_wait);
  }
}

std::string describe(const HttpReply& reply) {
  const std::string text = quote(reply.body, 1024);
  return reply.status == 0 ? fmt::format("no reply: {}", text) : fmt::format("HTTP status {}: {}", reply.status, text);
}

}  // namespace narthex::detail
