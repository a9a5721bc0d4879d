#include <narthex/labels.h>

#include <algorithm>

#include <narthex/error.h>

#include "base/totals.h"
#include "model/escape.h"
#include "model/label_cursor.h"
#include "model/label_layout.h"
#include "model/names.h"

namespace narthex {

namespace {

// Stores the text without escapes if it has any. Otherwise leaves `own` empty.
void unescape(std::string_view text, std::string& own) {
  own.clear();
  if (text.find('\\') != std::string_view::npos) detail::append_unescaped(own, text);
}

}  // namespace

LabelIterator& LabelIterator::operator++() {
  detail::LabelCursor label{rest_};
  const bool has_label = label.next();
  name_ = has_label ? label.name() : std::string_view();
  value_ = has_label ? label.value() : std::string_view();
  rest_ = label.rest();
  unescape(name_, own_name_);
  unescape(value_, own_value_);
  return *this;
}

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
