#include <narthex/histogram.h>

#include <array>
#include <cmath>
#include <limits>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <narthex/detail/quote.h>
#include <narthex/error.h>
#include <narthex/sink.h>

#include "formats/number.h"

namespace narthex::detail {

namespace {

constexpr std::array<std::string_view, 3> kSuffixes{"_bucket", "_sum", "_count"};

[[noreturn]] void refuse(const HistogramOptions& options, const std::string& why) {
  throw RegistrationError(fmt::format("histogram {}: {}", quote(options.name), why));
}

Bounds checked_bounds(const HistogramOptions& options) {
  auto bounds = options.buckets.empty() ? default_buckets() : options.buckets;
  if (bounds.back() == std::numeric_limits<double>::infinity()) bounds.pop_back();  // the +Inf bucket is always there
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    if (!std::isfinite(bounds[i])) {
      std::string spelled;
      append_number(spelled, bounds[i]);
      refuse(options, fmt::format("bucket {} is {}; a bound is a finite number (+Inf may stand last)", i + 1, spelled));
    }
    if (i > 0 && bounds[i] == bounds[i - 1]) {
      refuse(options, fmt::format("buckets {} and {} are both {}; bounds need to rise", i, i + 1, bounds[i]));
    }
    if (i > 0 && bounds[i] < bounds[i - 1]) {
      refuse(options, fmt::format("bucket {} is {}, after {}; bounds need to rise", i + 1, bounds[i], bounds[i - 1]));
    }
  }
  return std::make_shared<const std::vector<double>>(std::move(bounds));
}

class HistogramKind final : public Kind {
 public:
  explicit HistogramKind(Bounds bounds) : bounds_(std::move(bounds)) {}

  MetricType type() const noexcept override { return MetricType::histogram; }
  Ref<detail::Series> make_series() const override { return Ref<detail::Series>(new HistogramSeries(bounds_)); }
  std::span<const std::string_view> suffixes() const noexcept override { return kSuffixes; }
  std::string_view own_label() const noexcept override { return "le"; }
  std::string settings() const override { return fmt::format("buckets ({})", fmt::join(*bounds_, ", ")); }

 private:
  const Bounds bounds_;
};

}  // namespace

HistogramSeries::HistogramSeries(Bounds bounds)
    : bounds_(std::move(bounds)), counts_(new std::atomic<std::uint64_t>[bounds_->size() + 1] {}) {}

void HistogramSeries::collect(Sink& sink) const {
  fmt::basic_memory_buffer<Bucket, 64> buckets;  // on the stack for usual numbers of buckets
  std::uint64_t count = 0;
  const auto add = [&](std::size_t i) {
    count += counts_[i].load(std::memory_order_relaxed);  // relaxed: each count only grows; see the class
  };
  for (std::size_t i = 0; i < bounds_->size(); ++i) {
    add(i);
    buckets.push_back({(*bounds_)[i], count});
  }
  add(bounds_->size());
  const double sum = sum_.load(std::memory_order_relaxed);  // relaxed: may be ahead of the counts or behind them
  sink.histogram(labels(), {{buckets.data(), buckets.size()}, count, sum});
}

std::unique_ptr<Kind> make_kind(const HistogramOptions& options) {
  return std::make_unique<HistogramKind>(checked_bounds(options));
}

}  // namespace narthex::detail
