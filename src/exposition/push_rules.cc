#include <narthex/detail/push_rules.h>

#include <optional>
#include <string_view>

#include <fmt/format.h>
#include <narthex/detail/quote.h>
#include <narthex/error.h>
#include <narthex/sink.h>

#include "exposition/scrape_request.h"
#include "formats/text_writer.h"
#include "model/forwarding_sink.h"
#include "model/reserved_names.h"

namespace narthex::detail {

namespace {

// Passes everything to a writer and remembers the first sample that cannot be pushed. It must not throw at a sample: an
// exception at a sample of a collector counts as a failure of the collector.
class PushRules final : public ForwardingSink {
 public:
  PushRules(Sink& out, std::span<const std::string> group_labels) : ForwardingSink(out), group_labels_(group_labels) {}

  void begin_family(const FamilyInfo& family) override {
    name_ = family.name;
    own_label_ = own_label(family.type, name_);
    out_.begin_family(family);
  }

  const std::string& error() const noexcept { return error_; }

 private:
  std::optional<LabelView> check(LabelView labels, const Timestamp& at) override {
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
    return labels;
  }
  void set_error(LabelView labels, std::string_view reason) {
    if (error_.empty())
      error_ = fmt::format("sample {}: {}", quote(fmt::format("{}{{{}}}", name_, labels.text())), reason);
  }

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
