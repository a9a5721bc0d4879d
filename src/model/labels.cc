#include <narthex/labels.h>

#include <algorithm>

#include <fmt/format.h>
#include <narthex/detail/quote.h>
#include <narthex/error.h>

#include "base/totals.h"
#include "model/label_cursor.h"
#include "model/label_layout.h"
#include "model/names.h"

namespace narthex {

LabelText LabelText::of(const Labels& labels) {
  Labels clean = labels;
  std::ranges::sort(clean);
  for (std::size_t i = 0; i < clean.size(); ++i) {
    auto& [name, value] = clean[i];
    if (const std::string fault = detail::label_name_error(name, detail::NameRule::utf8); !fault.empty()) {
      throw RegistrationError(fmt::format("label {}: {}", detail::quote(name), fault));
    }
    if (i > 0 && clean[i - 1].first == name) {
      throw RegistrationError(fmt::format("label {}: a series may have it only once", detail::quote(name)));
    }
    value = detail::as_utf8(value);
  }
  LabelText text;
  detail::LabelLayout(clean, {}).render({}, text.text_);
  return text;
}

bool LabelView::has(std::string_view name) const noexcept {
  for (detail::LabelCursor label(*this); label.next();) {
    if (detail::is_escaped(label.name(), name)) return true;
  }
  return false;
}

}  // namespace narthex
