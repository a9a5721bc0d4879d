#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "push/http_client.h"
#include "push/push_deadline.h"

namespace narthex::detail {

// When a request is sent again.
struct RetryRules {
  bool (*is_retried)(int status);        // 0: there was no reply
  std::chrono::milliseconds first_wait;  // before the second attempt
  double factor;                         // by which the wait grows with each attempt
  std::chrono::milliseconds longest_wait;
  int max_attempts = 1'000'000;
};

// The last reply to a request, and the number and the size of the attempts. If the deadline cuts off the last attempt,
// the reply is that to the attempt before, which says more than a timeout.
struct Delivery {
  HttpReply reply{};
  int attempts = 0;
  std::size_t sent_bytes = 0;  // bodies of all attempts
};

// Sends a request until the reply is final, the deadline passes, or there were max_attempts. Waits between the attempts
// for the time in the header Retry-After, but at least 100 ms, or for the next wait of the rules, multiplied by a random
// number from 0.8 to 1.2.
Delivery deliver(HttpClient& client, const HttpRequest& request, const RetryRules& rules, const PushDeadline& deadline);

// Returns the duration in a header Retry-After: seconds, or a date of HTTP. Nothing if it is neither. At most one day.
std::optional<std::chrono::milliseconds> retry_after(std::string_view value, std::chrono::system_clock::time_point now);

// Returns the text of a reply that is not success, for a log line: "HTTP status 400: 'out of order sample'".
std::string describe(const HttpReply& reply);

constexpr bool is_success(int status) noexcept { return status >= 200 && status <= 299; }

}  // namespace narthex::detail
