#include "model/label_values.h"

#include <cstddef>

#include "base/totals.h"
#include "base/utf8.h"
#include "model/escape.h"

namespace narthex::detail {

EscapedValues::EscapedValues(LabelValues raw) {
  constexpr std::size_t kMaxGrowth = 3;  // a byte that becomes U+FFFD
  std::size_t size = 0;
  for (const std::string_view value : raw) size += value.size();
  text_.reserve(kMaxGrowth * size);  // the text must not move, because views refer to it
  for (const std::string_view value : raw) {
    if (is_plain(value)) {
      views_.push_back(value);
      continue;
    }
    const std::size_t begin = text_.size();
    if (is_utf8(value)) {
      append_label_value(text_, value);
    } else {
      append_label_value(text_, to_utf8(value, replaced_));
    }
    const std::string_view escaped(text_.data() + begin, text_.size() - begin);
    are_raw_ = are_raw_ && escaped == value;
    has_escapes_ = has_escapes_ || escaped.find('\\') != std::string_view::npos;
    views_.push_back(escaped);
  }
}

void EscapedValues::count_replaced() const noexcept {
  if (replaced_ == 0) return;  // as for nearly all lookups, which then write to no memory that threads share
  totals().replaced_bytes.fetch_add(replaced_, std::memory_order_relaxed);  // relaxed: a sum orders nothing else
}

}  // namespace narthex::detail
