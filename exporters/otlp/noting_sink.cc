#include "otlp/noting_sink.h"

#include <cmath>

namespace narthex::detail::otlp {

void NotingSink::begin_family(const FamilyInfo& family) {
  out_.begin_family(family);
  series_.begin_family(family);
  shape_ = {};
}

void NotingSink::counter(LabelView labels, const CounterSample& sample, const Timestamp& at) {
  out_.counter(labels, sample, at);
  series_.add(labels, plain_, sample.created);
}

void NotingSink::gauge(LabelView labels, double value, const Timestamp& at) {
  out_.gauge(labels, value, at);
  series_.add(labels, plain_);
}

void NotingSink::unknown(LabelView labels, double value, const Timestamp& at) {
  out_.unknown(labels, value, at);
  series_.add(labels, plain_);
}

void NotingSink::info(LabelView labels, const Timestamp& at) {
  out_.info(labels, at);
  series_.add(labels, plain_);
}

void NotingSink::state_set(LabelView labels, std::span<const State> states, const Timestamp& at) {
  out_.state_set(labels, states, at);
  shape_.states.resize(states.size());
  for (std::size_t i = 0; i < states.size(); ++i) shape_.states[i] = states[i].name;
  series_.add(labels, shape_);
}

void NotingSink::histogram(LabelView labels, const HistogramSample& sample, const Timestamp& at) {
  out_.histogram(labels, sample, at);
  shape_.bounds.clear();
  for (const Bucket& bucket : sample.buckets) {
    if (!std::isinf(bucket.upper_bound)) shape_.bounds.push_back(bucket.upper_bound);
  }
  shape_.has_native = sample.native != nullptr;
  shape_.has_classic = !shape_.has_native || !sample.buckets.empty();
  series_.add(labels, shape_, sample.created);
}

void NotingSink::gauge_histogram(LabelView labels, const HistogramSample& sample, const Timestamp& at) {
  out_.gauge_histogram(labels, sample, at);
}

void NotingSink::summary(LabelView labels, const SummarySample& sample, const Timestamp& at) {
  out_.summary(labels, sample, at);
  shape_.bounds.clear();
  for (const Quantile& quantile : sample.quantiles) shape_.bounds.push_back(quantile.quantile);
  series_.add(labels, shape_, sample.created);
}

}  // namespace narthex::detail::otlp
