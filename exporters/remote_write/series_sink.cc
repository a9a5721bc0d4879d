#include "remote_write/series_sink.h"

#include <fmt/format.h>
#include <narthex/detail/quote.h>
#include <narthex/error.h>

#include "base/infinity.h"
#include "formats/canonical_nan.h"
#include "formats/native_spans.h"
#include "model/reserved_names.h"
#include "remote_write/stale_markers.h"

namespace narthex::detail {

namespace {

constexpr std::size_t kMaxExemplar = 128;   // bytes beside the labels of an exemplar
constexpr std::size_t kMaxBucket = 32;      // bytes of a native bucket with its span
constexpr std::size_t kMaxHistogram = 128;  // bytes beside the buckets of a native histogram

std::int64_t milliseconds_of(const Timestamp& at) { return at ? at->time_since_epoch().count() : 0; }

std::size_t max_size(const Exemplar* exemplar) {
  return exemplar ? 2 * exemplar->labels.text().size() + kMaxExemplar : 0;
}

std::size_t max_size(const NativeSample& native) {
  std::size_t size = kMaxHistogram + kMaxBucket * (native.negative.size() + native.positive.size());
  for (const Exemplar& exemplar : native.exemplars) size += max_size(&exemplar);
  return size;
}

}  // namespace

void SeriesSink::begin_family(const FamilyInfo& family) {
  name_ = family.name;
  name_ += missing_suffix(family);
  has_family_ = true;
  sent_.begin_family(family);  // with its own name, because the families are in the order of these names
  parts_.begin_family({name_, family.help.value_or(""), family.unit, family.type});
}

SampleTimes SeriesSink::check(LabelView labels, const Timestamp& at, const Timestamp& created) const {
  if (!has_family_) throw SampleError("sample: it belongs to no family; call begin_family() first");
  const std::string_view own = parts_.own_label();
  if (!own.empty() && labels.has(own)) {
    throw SampleError(fmt::format("label {}: remote write adds this label itself; leave it out of {{{}}}", quote(own),
                                  labels.text()));
  }
  if (milliseconds_of(at) < 0) {
    throw SampleError(fmt::format("sample {}: the timestamp {} ms is before 1970; Prometheus rejects it", quote(name_),
                                  milliseconds_of(at)));
  }
  return {.at = at ? milliseconds_of(at) : options_.time.time_since_epoch().count(), .start = milliseconds_of(created)};
}

SeriesShape& SeriesSink::empty_shape() {
  shape_.bounds.clear();
  shape_.states.clear();
  shape_.has_classic = false;
  shape_.has_native = false;
  return shape_;
}

void SeriesSink::counter(LabelView labels, const CounterSample& sample, const Timestamp& at) {
  const SampleTimes times = check(labels, at, sample.created);
  const Exemplar* exemplar = nullptr;
  if (sample.exemplar) exemplar = exemplars_.select(exemplars_.series(name_, labels, 0), sample.exemplar);
  parts_.begin_metric(labels, 1, times, max_size(exemplar));
  parts_.add(SeriesParts::plain, canonical(sample.value), exemplar);
  sent_.add(labels, empty_shape());
}

void SeriesSink::single(LabelView labels, double value, const Timestamp& at) {
  parts_.begin_metric(labels, 1, check(labels, at));
  parts_.add(SeriesParts::plain, canonical(value));
  sent_.add(labels, empty_shape());
}

void SeriesSink::state_set(LabelView labels, std::span<const State> states, const Timestamp& at) {
  SeriesShape& shape = empty_shape();
  std::size_t text = 0;
  for (const State& state : states) text += 2 * state.name.size();
  parts_.begin_metric(labels, states.size(), check(labels, at), text + states.size() * parts_.own_label().size());
  for (const State& state : states) {
    parts_.add_with_state(state.name, state.on ? 1 : 0);
    shape.states.emplace_back(state.name);
  }
  sent_.add(labels, shape);
}

void SeriesSink::summary(LabelView labels, const SummarySample& sample, const Timestamp& at) {
  SeriesShape& shape = empty_shape();
  parts_.begin_metric(labels, sample.quantiles.size() + 2, check(labels, at, sample.created));
  for (std::size_t i = 0; i < sample.quantiles.size(); ++i) {
    const Quantile& q = sample.quantiles[i];
    parts_.add_with_number(SeriesParts::plain, i, q.quantile, canonical(q.value));
    shape.bounds.push_back(q.quantile);
  }
  parts_.add(SeriesParts::sum, canonical(sample.sum));
  parts_.add(SeriesParts::count, static_cast<double>(sample.count));
  sent_.add(labels, shape);
}

void SeriesSink::histogram(LabelView labels, const HistogramSample& sample, const Timestamp& at) {
  add_histogram(labels, sample, check(labels, at, sample.created));
}

void SeriesSink::gauge_histogram(LabelView labels, const HistogramSample& sample, const Timestamp& at) {
  add_histogram(labels, sample, check(labels, at));
}

void SeriesSink::add_histogram(LabelView labels, const HistogramSample& sample, const SampleTimes& times) {
  SeriesShape& shape = empty_shape();
  shape.has_native = options_.native_histograms && sample.native;
  shape.has_classic = !shape.has_native || has_classic_buckets(sample);
  std::size_t bytes = shape.has_native ? max_size(*sample.native) : 0;
  for (const Bucket& b : sample.buckets) bytes += max_size(b.exemplar);
  const std::size_t classic = shape.has_classic ? sample.buckets.size() + 3 : 0;  // with +Inf, sum, and count
  parts_.begin_metric(labels, classic + (shape.has_native ? 1 : 0), times, bytes);
  if (shape.has_classic) {
    add_buckets(labels, sample);
    parts_.add(SeriesParts::sum, canonical(sample.sum));
    parts_.add(SeriesParts::count, static_cast<double>(sample.count));
  }
  if (shape.has_native) add_native(labels, sample);
  sent_.add(labels, shape);
}

void SeriesSink::add_buckets(LabelView labels, const HistogramSample& sample) {
  std::size_t position = 0;
  const auto add = [&](double bound, std::uint64_t count, const Exemplar* exemplar) {
    if (exemplar) exemplar = exemplars_.select(exemplars_.series(name_, labels, position + 1), exemplar);
    parts_.add_with_number(SeriesParts::bucket, position++, bound, static_cast<double>(count), exemplar);
  };
  const Exemplar* beyond = nullptr;
  for (const Bucket& b : sample.buckets) {
    if (b.upper_bound < kInfinity) {
      add(b.upper_bound, b.cumulative_count, b.exemplar);
      shape_.bounds.push_back(b.upper_bound);
    } else {
      beyond = b.exemplar;
    }
  }
  add(kInfinity, sample.count, beyond);
}

void SeriesSink::add_native(LabelView labels, const HistogramSample& sample) {
  std::span<const Exemplar> exemplars;
  if (!sample.native->exemplars.empty()) {
    exemplars = exemplars_.select(exemplars_.series(name_, labels, 0), sample.native->exemplars);
  }
  HistogramSample sent = sample;
  sent.sum = canonical(sample.sum);
  parts_.add_native(sent, exemplars);
}

void SeriesSink::finish() {
  StaleMarkers markers(parts_, options_.time);
  sent_.find_removed([&](const SentFamily& family, LabelView labels, const SeriesShape& shape, const Timestamp&) {
    markers.add(family, labels, shape);
  });
  parts_.requests().end();
}

}  // namespace narthex::detail
