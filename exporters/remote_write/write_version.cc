#include "remote_write/write_version.h"

#include <charconv>
#include <string_view>

#include "push/delivery.h"

namespace narthex::detail {

namespace {

constexpr std::chrono::hours kProbeInterval{1};
constexpr int kBadRequest = 400;
constexpr int kUnsupportedMediaType = 415;

std::uint64_t number(std::string_view text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

std::optional<WrittenCounts> written_counts(const HttpReply& reply) {
  const auto samples = reply.header("x-prometheus-remote-write-samples-written");
  const auto histograms = reply.header("x-prometheus-remote-write-histograms-written");
  const auto exemplars = reply.header("x-prometheus-remote-write-exemplars-written");
  if (!samples && !histograms && !exemplars) return std::nullopt;
  return WrittenCounts{.samples = number(samples.value_or("")), .histograms = number(histograms.value_or(""))};
}

bool WriteVersion::needs_probe(PushTime now) const noexcept {
  if (setting_ != RemoteWriteVersion::automatic || is_v2_) return false;
  return !decided_ || now - *decided_ >= kProbeInterval;
}

void WriteVersion::take_probe(const HttpReply& reply, PushTime now) {
  is_v2_ = is_success(reply.status) && written_counts(reply);
  decided_.reset();
  if (is_success(reply.status) || reply.status == kBadRequest || reply.status == kUnsupportedMediaType) decided_ = now;
}

bool WriteVersion::falls_back(const HttpReply& reply, PushTime now) {
  if (setting_ == RemoteWriteVersion::v2) return false;
  const bool is_taken = !is_success(reply.status) || written_counts(reply);
  if (is_taken && reply.status != kUnsupportedMediaType) return false;
  is_v2_ = false;
  decided_ = now;
  return true;
}

void WriteVersion::forget() noexcept {
  if (!is_v2_) decided_.reset();
}

}  // namespace narthex::detail
