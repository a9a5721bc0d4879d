#include "model/extra_labels.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>
#include <narthex/detail/quote.h>
#include <narthex/error.h>

#include "base/utf8.h"
#include "model/label_cursor.h"

namespace narthex::detail {

ExtraLabels::ExtraLabels(const Labels& labels, NameRule rule) {
  Labels sorted = labels;
  std::ranges::sort(sorted);
  if (const std::string error = labels_error(sorted, rule); !error.empty()) throw RegistrationError(error);
  for (const auto& label : sorted) {
    if (!is_utf8(label.second)) {
      throw RegistrationError(
          fmt::format("label {}: the value {} must be UTF-8", quote(label.first), quote(label.second)));
    }
    const LabelText text = LabelText::of({label});
    labels_.push_back({label.first, std::string(LabelView(text).text())});
  }
}

std::string ExtraLabels::added_to(LabelView own) const {
  if (labels_.empty()) return std::string(own.text());
  std::string all;
  const auto append = [&all](std::string_view label) {
    if (!all.empty()) all += ',';
    all += label;
  };
  auto extra = labels_.begin();
  std::string name;
  for (LabelCursor label(own); label.next();) {
    name.clear();
    append_unescaped(name, label.name());
    for (; extra != labels_.end() && extra->name < name; ++extra) append(extra->text);
    if (extra != labels_.end() && extra->name == name) ++extra;
    append(label.whole());
  }
  for (; extra != labels_.end(); ++extra) append(extra->text);
  return all;
}

}  // namespace narthex::detail
