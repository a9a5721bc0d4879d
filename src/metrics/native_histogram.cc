#include "metrics/native_histogram.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <narthex/detail/quote.h>
#include <narthex/error.h>
#include <narthex/sink.h>

#include "base/number.h"
#include "exemplars/exemplar_copies.h"
#include "metrics/cumulative.h"
#include "metrics/exponential_counts.h"

namespace narthex::detail {

namespace {

constexpr std::size_t kMaxBuckets = 65'536;  // a larger number is probably a negative one

[[noreturn]] void refuse(const HistogramOptions& options, std::string_view field, double value, std::string_view why) {
  throw RegistrationError(
      fmt::format("histogram {}: native {} is {}; {}", quote(options.name), field, spelled(value), why));
}

}  // namespace

NativeLimits::NativeLimits(const HistogramOptions& options)
    : schema(kFinestSchema),
      max_buckets(options.native.max_buckets),
      zero_threshold(options.native.zero_threshold),
      max_zero_threshold(options.native.max_zero_threshold) {
  const double factor = options.native.growth_factor;
  if (!std::isfinite(factor) || factor <= 1) {
    refuse(options, "growth_factor", factor, "allowed: finite numbers > 1, such as 1.1");
  }
  if (max_buckets < 1 || max_buckets > kMaxBuckets) {
    refuse(options, "max_buckets", static_cast<double>(max_buckets), "allowed: 1 to 65536, such as 160");
  }
  for (const auto& [field, threshold] :
       {std::pair("zero_threshold", zero_threshold), std::pair("max_zero_threshold", max_zero_threshold)}) {
    if (!std::isfinite(threshold) || threshold < 0) refuse(options, field, threshold, "allowed: finite numbers >= 0");
  }
  schema = schema_of(factor);
}

std::string NativeLimits::settings() const {
  return fmt::format("native buckets of schema {}, max_buckets {}, zero_threshold {}, max_zero_threshold {}", schema,
                     max_buckets, zero_threshold, max_zero_threshold);
}

// A table may have twice max_buckets keys, so that usually a scrape, which may widen the zero bucket, coarsens first.
// Each classic bound, zero, and NaN may need one key more.
NativeHistogramSeries::NativeHistogramSeries(const Bounds& bounds, const ExemplarSource& source,
                                             const NativeLimits& limits)
    : ExponentialSeries(bounds, source, Buckets::native, limits.schema, limits.zero_threshold,
                        2 * limits.max_buckets + bounds->bounds().size() + 2),
      limits_(limits) {}

void NativeHistogramSeries::collect(Sink& sink) const {
  counts().cool();
  ExemplarCopies exemplars;
  copy_exemplars(exemplars);
  std::vector<Bucket> buckets(bounds().size() + 1);
  start_buckets(buckets, bounds(), exemplars);
  std::vector<ExponentialCell> cells;
  const std::size_t last = buckets.size() - 1;
  const double sum = total(counts().read([&](const ExponentialCell& cell) {
    buckets[std::min(cell.key.bucket(), last)].cumulative_count += cell.count;
    cells.push_back(cell);
  }));
  ExponentialCounts native(cells, counts().schema(), counts().zero_threshold());
  native.limit(limits_);
  counts().coarsen(native.schema(), native.zero_threshold());
  NativeSample sample = native.sample();
  sample.exemplars = exemplars.native();
  const std::uint64_t count = accumulate(buckets);
  sink.histogram(labels(), {buckets, count, sum, &sample, created()});
}

double NativeHistogramSeries::quantile(double quantile) const {
  std::vector<ExponentialCell> cells;
  counts().read([&](const ExponentialCell& cell) { cells.push_back(cell); });
  return ExponentialCounts(cells, counts().schema(), counts().zero_threshold()).quantile(quantile);
}

}  // namespace narthex::detail
