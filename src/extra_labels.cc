#include "extra_labels.h"

#include <algorithm>
#include <cstddef>
#include <string_view>

#include <fmt/format.h>
#include <narthex/detail/quote.h>
#include <narthex/error.h>

#include "escape.h"
#include "utf8.h"

namespace narthex::detail {

ExtraLabels::ExtraLabels(const Labels& labels) {
  LabelText::of(labels);  // also sees what is there twice; but what is not UTF-8 it would replace
  for (const auto& label : labels) {
    if (!is_utf8(label.second)) {
      throw RegistrationError(
          fmt::format("label {}: the value {} is not UTF-8", quote(label.first), quote(label.second)));
    }
    const LabelText text = LabelText::of({label});
    labels_.push_back({label.first, std::string(LabelView(text).text())});
  }
  std::ranges::sort(labels_, {}, &Label::name);
}

std::string ExtraLabels::added_to(LabelView own) const {
  if (labels_.empty()) return std::string(own.text());
  std::string all;
  const auto append = [&all](std::string_view label) {
    if (!all.empty()) all += ',';
    all += label;
  };
  auto extra = labels_.begin();
  for (std::string_view rest = own.text(); !rest.empty();) {
    const std::string_view name = rest.substr(0, rest.find("=\""));
    for (; extra != labels_.end() && extra->name < name; ++extra) append(extra->text);
    if (extra != labels_.end() && extra->name == name) ++extra;
    const std::size_t value = name.size() + 2;
    const std::size_t size = value + end_of_label_value(rest.substr(value)) + 1;
    append(rest.substr(0, size));
    rest.remove_prefix(std::min(size + 1, rest.size()));  // with the comma
  }
  for (; extra != labels_.end(); ++extra) append(extra->text);
  return all;
}

}  // namespace narthex::detail
