#include "remote_write/remote_write_checks.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>
#include <narthex/detail/quote.h>
#include <narthex/error.h>
#include <narthex/version.h>

#include "push/push_checks.h"

namespace narthex::detail {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kHour = std::chrono::hours(1);
constexpr std::size_t kMaxSamples = 100'000;

constexpr std::array<std::string_view, 6> kReservedHeaders = {
    "content-encoding", "content-length",    "content-type",
    "user-agent",       "transfer-encoding", "x-prometheus-remote-write-version",
};

std::string host_name() {
  std::array<char, 256> name{};  // Linux has at most 64 characters
  if (::gethostname(name.data(), name.size() - 1) != 0) return "localhost";
  return name.data();
}

// Throws unless a registry could have these labels: valid names, each once, and values in UTF-8.
void check_labels(const RemoteWriteOptions& options) {
  for (const auto& [name, value] : options.external_labels) {
    if (name != "job" && name != "instance") continue;
    throw OptionsError(fmt::format("{}: label {}: external_labels must not contain it; use the option {}",
                                   kRemoteWriteExporter, quote(name), name));
  }
  try {
    static_cast<void>(Registry({.labels = series_labels(options)}));
  } catch (const RegistrationError& error) {
    throw OptionsError(fmt::format("{}: {}", kRemoteWriteExporter, error.what()));
  }
}

bool is_reserved(std::string_view header) {
  std::string name(header.substr(0, header.find(':')));
  std::ranges::transform(name, name.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c | 0x20) : c; });
  return std::ranges::find(kReservedHeaders, name) != kReservedHeaders.end();
}

}  // namespace

void check(const RemoteWriteOptions& options) {
  const PushChecks checks(kRemoteWriteExporter);
  checks.check_url("url", options.url);
  if (options.job.empty()) checks.refuse("job", options.job, "the job must not be empty");
  check_labels(options);
  checks.check_headers(options.headers);
  checks.check_duration("interval", options.interval, milliseconds(100), 24 * kHour);
  checks.check_duration("timeout", options.timeout, milliseconds(1), kHour);
  checks.check_duration("shutdown_timeout", options.shutdown_timeout, milliseconds(0), kHour);
  if (options.max_samples_per_request < 1 || options.max_samples_per_request > kMaxSamples) {
    throw OptionsError(fmt::format("{}: max_samples_per_request is {}; allowed: 1 to {}", kRemoteWriteExporter,
                                   options.max_samples_per_request, kMaxSamples));
  }
  checks.check_connection(options.connection, options.headers);
}

Labels series_labels(const RemoteWriteOptions& options) {
  Labels labels = options.external_labels;
  labels.emplace_back("job", options.job);
  labels.emplace_back("instance", options.instance.empty() ? host_name() : options.instance);
  return labels;
}

std::vector<std::string> request_headers(const RemoteWriteOptions& options, const PushLog& log) {
  std::vector<std::string> headers = {fmt::format("User-Agent: narthex/{}", kVersion)};
  for (const std::string& header : options.headers) {
    if (is_reserved(header)) {
      log.log(fmt::format("header {} is ignored, because the protocol sets it", quote(header)));
    } else {
      headers.push_back(header);
    }
  }
  return headers;
}

}  // namespace narthex::detail
