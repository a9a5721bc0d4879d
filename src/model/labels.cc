#include <narthex/labels.h>

#include <algorithm>

#include <narthex/error.h>

#include "base/totals.h"
#include "model/label_cursor.h"
#include "model/label_layout.h"
#include "model/names.h"

namespace narthex {

LabelText LabelText::of(const Labels& labels) {
  Labels clean = labels;
  std::ranges::sort(clean);
  if (const std::string error = detail::labels_error(clean, detail::NameRule::utf8); !error.empty()) {
    throw LabelError(error);
  }
  for (auto& [name, value] : clean) value = detail::as_utf8(value);
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
