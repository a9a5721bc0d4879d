#include "registry/recording.h"

#include <span>

#include <fmt/format.h>

#include "model/names.h"
#include "model/reserved_names.h"
#include "model/sample_rules.h"
#include "model/value_rules.h"

namespace narthex::detail {

namespace {

using Sample = RecordedSample;

// Writes each kind of value to a sink.
struct Replay {
  Sink& sink;
  LabelView labels;
  const Timestamp& at;

  void operator()(const Sample::Counter& counter) const {
    Exemplar exemplar;
    if (counter.exemplar) exemplar = counter.exemplar->view();
    sink.counter(labels, {counter.value, counter.created, counter.exemplar ? &exemplar : nullptr}, at);
  }
  void operator()(const Sample::Number& number) const { (sink.*number.call)(labels, number.value, at); }
  void operator()(const Sample::Info&) const { sink.info(labels, at); }
  void operator()(const Sample::StateSet& set) const {
    std::vector<State> states;
    for (const auto& [name, on] : set.states) states.push_back({name, on});
    sink.state_set(labels, states, at);
  }
  void operator()(const Sample::Histogram& h) const {
    std::vector<Exemplar> exemplars(h.buckets.size());
    std::vector<Bucket> buckets = h.buckets;
    for (std::size_t i = 0; i < buckets.size(); ++i) {
      if (!h.exemplars[i]) continue;
      exemplars[i] = h.exemplars[i]->view();
      buckets[i].exemplar = &exemplars[i];
    }
    HistogramSample sample{buckets, h.count, h.sum, nullptr, h.created};
    if (!h.native) return (sink.*h.call)(labels, sample, at);
    NativeSample native = h.native->numbers;
    native.negative = h.native->negative;
    native.positive = h.native->positive;
    std::vector<Exemplar> native_exemplars;
    for (const RecordedExemplar& exemplar : h.native->exemplars) native_exemplars.push_back(exemplar.view());
    native.exemplars = native_exemplars;
    sample.native = &native;
    (sink.*h.call)(labels, sample, at);
  }
  void operator()(const Sample::Summary& s) const {
    sink.summary(labels, {s.quantiles, s.count, s.sum, s.created}, at);
  }
};

template <class T>
std::vector<T> copied(std::span<const T> all) {
  return {all.begin(), all.end()};
}

Sample::Histogram copied(const HistogramSample& sample,
                         void (Sink::*call)(LabelView, const HistogramSample&, const Timestamp&)) {
  Sample::Histogram copy{call, {}, {}, sample.count, sample.sum, std::nullopt, sample.created};
  for (const Bucket& bucket : sample.buckets) {
    copy.buckets.push_back({bucket.upper_bound, bucket.cumulative_count});
    copy.exemplars.emplace_back();
    if (bucket.exemplar) copy.exemplars.back().emplace(*bucket.exemplar);
  }
  if (sample.native) copy.native.emplace(*sample.native);
  return copy;
}

}  // namespace

RecordedNative::RecordedNative(const NativeSample& sample)
    : numbers{sample.schema, sample.zero_threshold, sample.zero_count},
      negative(copied(sample.negative)),
      positive(copied(sample.positive)) {
  for (const Exemplar& exemplar : sample.exemplars) exemplars.emplace_back(exemplar);
}

void RecordedSample::replay(Sink& sink) const { std::visit(Replay{sink, labels(), at_}, value_); }

void Recording::begin_family(const FamilyInfo& family) {
  current_ = nullptr;
  std::string name(family.name.empty() ? std::string_view() : prefix_);  // an empty name stays an error
  name += family.name;
  check_family({name, family.help, family.unit, family.type}, rule_);
  families_.push_back(
      {std::move(name), std::optional<std::string>(family.help), std::string(family.unit), family.type, {}});
  current_ = &families_.back();
}

const RecordedFamily& Recording::family(MetricType type) const {
  if (!current_) refuse_sample_without_family();
  if (type != current_->type) {
    refuse_sample(
        current_->info(),
        fmt::format("a {} sample is not allowed; allowed: samples of the type of the family", to_string(type)));
  }
  return *current_;
}

void Recording::add(MetricType type, LabelView labels, const Timestamp& at, Sample::Value value) {
  const std::string_view own = own_label(type, family(type).name);
  if (at) check_timestamp(current_->name, *at);
  check_label_names(labels, rule_);
  Sample sample(extra_labels_.added_to(labels), at, std::move(value));
  if (!own.empty()) check_free(own, sample.labels());
  current_->samples.push_back(std::move(sample));
}

void Recording::counter(LabelView labels, const CounterSample& s, const Timestamp& at) {
  check_values(family(MetricType::counter).info(), s);
  Sample::Counter copy{s.value, s.created, std::nullopt};
  if (s.exemplar) copy.exemplar.emplace(*s.exemplar);
  add(MetricType::counter, labels, at, std::move(copy));
}

void Recording::gauge(LabelView labels, double value, const Timestamp& at) {
  add(MetricType::gauge, labels, at, Sample::Number{&Sink::gauge, value});
}

void Recording::unknown(LabelView labels, double value, const Timestamp& at) {
  add(MetricType::unknown, labels, at, Sample::Number{&Sink::unknown, value});
}

void Recording::info(LabelView labels, const Timestamp& at) { add(MetricType::info, labels, at, Sample::Info{}); }

void Recording::state_set(LabelView labels, std::span<const State> states, const Timestamp& at) {
  check_values(family(MetricType::state_set).info(), states);
  Sample::StateSet copy;
  for (const State& state : states) copy.states.emplace_back(state.name, state.on);
  add(MetricType::state_set, labels, at, std::move(copy));
}

void Recording::histogram(LabelView labels, const HistogramSample& s, const Timestamp& at) {
  check_values(family(MetricType::histogram).info(), s);
  add(MetricType::histogram, labels, at, copied(s, &Sink::histogram));
}

void Recording::gauge_histogram(LabelView labels, const HistogramSample& s, const Timestamp& at) {
  check_values(family(MetricType::gauge_histogram).info(), s);
  add(MetricType::gauge_histogram, labels, at, copied(s, &Sink::gauge_histogram));
}

void Recording::summary(LabelView labels, const SummarySample& s, const Timestamp& at) {
  check_values(family(MetricType::summary).info(), s);
  add(MetricType::summary, labels, at, Sample::Summary{copied(s.quantiles), s.count, s.sum, s.created});
}

}  // namespace narthex::detail
