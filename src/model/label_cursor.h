#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <narthex/labels.h>

#include "model/escape.h"

namespace narthex::detail {

// Whether a name may be quoted. A value that ends with a comma gives a false positive.
inline bool may_have_quoted_names(LabelView labels) noexcept {
  return labels.text().starts_with('"') || labels.text().find(",\"") != std::string_view::npos;
}

// Iterates over the labels of one series, in the order of their names:
//
//   code="200","dev.name"="sd\"a"
//              ^ name()    ^ value()     escaped, without the quotes
class LabelCursor {
 public:
  explicit LabelCursor(LabelView labels) noexcept : LabelCursor(labels.text()) {}
  // Takes the text of labels.
  explicit LabelCursor(std::string_view text) noexcept : rest_(text) {}

  // Advances to the next label; the first call advances to the first label. Returns false at the end.
  bool next() noexcept {
    if (rest_.empty()) return false;
    const bool is_quoted = rest_.front() == '"';
    const std::size_t quote = is_quoted ? 1 : 0;
    const std::size_t name_size = is_quoted ? end_of_label_value(rest_.substr(1)) : rest_.find('=');
    name_ = rest_.substr(quote, name_size);
    const std::size_t value = name_size + 2 * quote + 2;  // after =" or "="
    value_ = rest_.substr(value, end_of_label_value(rest_.substr(value)));
    whole_ = rest_.substr(0, value + value_.size() + 1);
    rest_.remove_prefix(whole_.size());
    if (!rest_.empty()) rest_.remove_prefix(1);  // the comma
    return true;
  }

  std::string_view name() const noexcept { return name_; }
  std::string_view value() const noexcept { return value_; }
  // Returns the text of the label: name, value, and quotes.
  std::string_view whole() const noexcept { return whole_; }
  // Returns the text of the labels that follow.
  std::string_view rest() const noexcept { return rest_; }

 private:
  std::string_view rest_;
  std::string_view name_;
  std::string_view value_;
  std::string_view whole_;
};

}  // namespace narthex::detail
