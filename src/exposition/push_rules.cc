#include <narthex/detail/push_rules.h>

#include <string_view>

#include <fmt/format.h>
#include <narthex/detail/quote.h>
#include <narthex/error.h>
#include <narthex/sink.h>

#include "exposition/scrape_request.h"
#include "formats/text_writer.h"
#include "model/reserved_names.h"

namespace narthex::detail {

namespace {

// Passes everything to a writer and remembers the first sample that cannot be pushed. It must not throw at a sample: an
// exception at a sample of a collector counts as a failure of the collector.
class PushRules final : public Sink {
 public:
  PushRules(Sink& out, std::span<const std::string> group_labels) : out_(out), group_labels_(group_labels) {}

  void begin_family(const FamilyInfo& family) override {
    name_ = family.name;
    own_label_ = own_label(family.type, name_);
    out_.begin_family(family);
  }
  void counter(LabelView labels, const CounterSample& sample, const Timestamp& at) override {
    check(labels, at);
    out_.counter(labels, sample, at);
  }
  void gauge(LabelView labels, double value, const Timestamp& at) override {
    check(labels, at);
    out_.gauge(labels, value, at);
  }
  void unknown(LabelView labels, double value, const Timestamp& at) override {
    check(labels, at);
    out_.unknown(labels, value, at);
  }
  void info(LabelView labels, const Timestamp& at) override {
    check(labels, at);
    out_.info(labels, at);
  }
  void state_set(LabelView labels, std::span<const State> states, const Timestamp& at) override {
    check(labels, at);
    out_.state_set(labels, states, at);
  }
  void histogram(LabelView labels, const HistogramSample& sample, const Timestamp& at) override {
    check(labels, at);
    out_.histogram(labels, sample, at);
  }
  void gauge_histogram(LabelView labels, const HistogramSample& sample, const Timestamp& at) override {
    check(labels, at);
    out_.gauge_histogram(labels, sample, at);
  }
  void summary(LabelView labels, const SummarySample& sample, const Timestamp& at) override {
    check(labels, at);
    out_.summary(labels, sample, at);
  }
  void finish() override { out_.finish(); }

  const std::string& error() const noexcept { return error_; }

 private:
  void check(LabelView labels, const Timestamp& at) {
    if (at) {
      set_error(labels, fmt::format("the sample has the timestamp {} ms; pushed samples must not have timestamps",
                                    at->time_since_epoch().count()));
    }
    for (const std::string& name : group_labels_) {
      if (labels.has(name) || name == own_label_) {
        set_error(labels, fmt::format("the label {} is part of the grouping key; pushed samples must not have it",
                                      quote(name)));
      }
    }
  }
  void set_error(LabelView labels, std::string_view reason) {
    if (error_.empty())
      error_ = fmt::format("sample {}: {}", quote(fmt::format("{}{{{}}}", name_, labels.text())), reason);
  }

  Sink& out_;
  const std::span<const std::string> group_labels_;
  std::string name_;            // of the current family
  std::string_view own_label_;  // that the formats add to its samples
  std::string error_;           // empty: every sample can be pushed
};

}  // namespace

Exposition expose_for_push(const Registry& registry, std::span<const std::string> group_labels) {
  const ScrapeRequest request{.registries = std::span(&registry, 1)};
  Exposition pushed;
  set_content_type(request.format, pushed.content_type);
  StringOutput output(pushed.body);
  TextWriter writer(output);
  PushRules rules(writer, group_labels);
  collect(request, rules);
  if (!rules.error().empty()) throw SampleError(rules.error());
  return pushed;
}

}  // namespace narthex::detail
