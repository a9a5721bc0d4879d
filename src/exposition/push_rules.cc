#include <narthex/detail/push_rules.h>

#include <string_view>

#include <fmt/format.h>
#include <narthex/detail/quote.h>
#include <narthex/error.h>
#include <narthex/registry.h>
#include <narthex/sink.h>

#include "formats/escaping_sink.h"
#include "model/escaping.h"
#include "model/reserved_names.h"

namespace narthex::detail {

namespace {

// Remembers the first fault, because what a sink throws at a collector's sample is taken for that collector's failure.
class PushRules final : public Sink {
 public:
  explicit PushRules(std::span<const std::string> taken) : taken_(taken) {}

  void begin_family(const FamilyInfo& family) override { name_ = family.name; }
  void counter(LabelView labels, const CounterSample&, const Timestamp& at) override { check(labels, at); }
  void gauge(LabelView labels, double, const Timestamp& at) override { check(labels, at); }
  void unknown(LabelView labels, double, const Timestamp& at) override { check(labels, at); }
  void info(LabelView labels, const Timestamp& at) override { check(labels, at); }
  void state_set(LabelView labels, std::span<const State>, const Timestamp& at) override { check(labels, at, name_); }
  void histogram(LabelView labels, const HistogramSample&, const Timestamp& at) override {
    check(labels, at, kBucketLabel);
  }
  void gauge_histogram(LabelView labels, const HistogramSample&, const Timestamp& at) override {
    check(labels, at, kBucketLabel);
  }
  void summary(LabelView labels, const SummarySample&, const Timestamp& at) override {
    check(labels, at, kQuantileLabel);
  }
  void finish() override {}

  const std::string& fault() const noexcept { return fault_; }

 private:
  // With the label that a format writes itself, if there is one.
  void check(LabelView labels, const Timestamp& at, std::string_view own_label = {}) {
    if (at) {
      refuse(labels, fmt::format("the sample has the timestamp {} ms; pushed samples must not have timestamps",
                                 at->time_since_epoch().count()));
    }
    for (const std::string& name : taken_) {
      if (labels.has(name) || name == own_label)
        refuse(labels,
               fmt::format("the label {} is part of the grouping key; pushed samples must not have it", quote(name)));
    }
  }
  void refuse(LabelView labels, std::string_view why) {
    if (!fault_.empty()) return;
    fault_ = fmt::format("sample {}: {}", quote(fmt::format("{}{{{}}}", name_, labels.text())), why);
  }

  const std::span<const std::string> taken_;
  std::string name_;
  std::string fault_;
};

}  // namespace

void check_pushable(const Registry& registry, std::span<const std::string> taken) {
  PushRules rules(taken);
  EscapingSink escaped(rules, EscapingScheme::underscores, [](std::string_view) {});  // as they will be sent
  registry.collect(escaped);
  if (!rules.fault().empty()) throw SampleError(rules.fault());
}

}  // namespace narthex::detail
