#include "formats/escaping_sink.h"

#include <algorithm>

#include <fmt/format.h>
#include <narthex/detail/quote.h>

#include "model/checked_labels.h"
#include "model/label_cursor.h"
#include "model/name_clash.h"
#include "model/reserved_names.h"
#include "model/sample_rules.h"

namespace narthex::detail {

std::string EscapingSink::Original::title() const { return fmt::format("{} {}", to_string(type), quote(name)); }

void EscapingSink::begin_family(const FamilyInfo& family) {
  name_.clear();  // set when the writer has accepted the family
  family_ = {family.type, std::string(family.name)};
  std::string name = escape_family_name(family.name, family.type, scheme_);
  if (const std::string reason = clash(family.type, name); !reason.empty()) {
    report_(
        fmt::format("{} is left out where names are escaped with {}, {}", family_.title(), to_string(scheme_), reason));
    return;
  }
  FamilyInfo escaped{name, family.help, family.unit, family.type};
  if (!unit_error(escaped).empty()) escaped.unit = {};  // it is not a suffix of the escaped name
  out_.begin_family(escaped);
  served_.insert_or_assign(name, family_);
  name_ = std::move(name);
}

std::string EscapingSink::clash(MetricType type, const std::string& escaped) const {
  if (const auto same = served_.find(escaped); same != served_.end()) {
    return fmt::format("because {} is called {} there", same->second.title(), quote(escaped));
  }
  const auto found = find_name_clash(type, escaped, [this](std::string_view name) {
    const auto other = served_.find(std::string(name));
    return other == served_.end() ? std::nullopt : std::optional(other->second.type);
  });
  if (!found) return {};
  return fmt::format("since it clashes with {}, because {} there", served_.at(found->name).title(), found->reason);
}

std::optional<LabelView> EscapingSink::check(LabelView labels, const Timestamp&) {
  if (name_.empty()) return std::nullopt;
  if (may_have_quoted_names(labels)) {
    escape(labels);
    if (const auto name = name_twice()) {
      leave_out(labels, *name);
      return std::nullopt;
    }
    labels = CheckedLabels::view(text_);
  }
  return labels;
}

// Writes the escaped labels to text_, sorted by their escaped names.
void EscapingSink::escape(LabelView labels) {
  labels_.clear();
  std::string name;
  for (LabelCursor label(labels); label.next();) {
    name.clear();
    append_unescaped(name, label.name());
    labels_.push_back({escape_label_name(name, scheme_), label.value()});
  }
  std::ranges::sort(labels_, {}, &Label::name);
  text_.clear();
  for (const Label& label : labels_) {
    if (!text_.empty()) text_ += ',';
    text_ += label.name;
    text_ += "=\"";
    text_ += label.value;
    text_ += '"';
  }
}

// Returns the name that two of labels_ have, or `__name__` if a label has it.
std::optional<std::string_view> EscapingSink::name_twice() const {
  if (std::ranges::find(labels_, kNameLabel, &Label::name) != labels_.end()) return kNameLabel;
  const auto twice = std::ranges::adjacent_find(labels_, {}, &Label::name);
  return twice == labels_.end() ? std::nullopt : std::optional<std::string_view>(twice->name);
}

void EscapingSink::leave_out(LabelView labels, std::string_view name) {
  report_(
      fmt::format("the series {} is left out where names are escaped with {}, because two of its labels are called "
                  "{} there",
                  quote(fmt::format("{}{{{}}}", family_.name, labels.text())), to_string(scheme_), quote(name)));
}

void EscapingSink::state_set(LabelView labels, std::span<const State> states, const Timestamp& at) {
  const auto escaped_labels = check(labels, at);
  if (!escaped_labels) return;
  if (escaped_labels->has(name_)) return leave_out(labels, name_);  // the states are the values of that label
  out_.state_set(*escaped_labels, states, at);
}

}  // namespace narthex::detail
