#pragma once

#include <map>
#include <string>
#include <utility>

#include <narthex/narthex.h>

#include "base/number.h"
#include "support/null_sink.h"

namespace narthex {

// Returns an exemplar as the formats write it, without its time: `{trace_id="a"} 0.5`; "" without an exemplar.
inline std::string shown(const Exemplar* exemplar) {
  if (!exemplar) return {};
  std::string text = "{";
  text += exemplar->labels.text();
  text += "} ";
  detail::append_number(text, exemplar->value);
  return text;
}

// Keeps the exemplars of a scrape, by the labels of their series and `le` of their bucket: `+Inf`, `what="a"`,
// `what="a" 0.5`.
class ExemplarSink final : public NullSink {
 public:
  void counter(LabelView labels, const CounterSample& sample, const Timestamp&) override {
    keep(std::string(labels.text()), sample.exemplar);
  }
  void histogram(LabelView labels, const HistogramSample& sample, const Timestamp&) override {
    for (const Bucket& bucket : sample.buckets) {
      std::string key(labels.text());
      if (!key.empty()) key += ' ';
      detail::append_number(key, bucket.upper_bound);
      keep(key, bucket.exemplar);
    }
  }

  using Exemplars = std::map<std::string, std::string>;
  Exemplars exemplars;
  std::map<std::string, Timestamp> times;

 private:
  void keep(const std::string& key, const Exemplar* exemplar) {
    if (!exemplar) return;
    exemplars[key] = shown(exemplar);
    times[key] = exemplar->at;
  }
};

inline ExemplarSink::Exemplars exemplars_of(const Registry& registry) {
  ExemplarSink sink;
  registry.collect(sink);
  return std::move(sink.exemplars);
}

}  // namespace narthex
