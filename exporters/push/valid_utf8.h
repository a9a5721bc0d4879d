#pragma once

#include <string>
#include <string_view>

#include <narthex/labels.h>

#include "model/escape.h"

namespace narthex::detail {

// Returns text as UTF-8, which protobuf requires. Each byte that is not part of a character is replaced by U+FFFD and
// counted. The conversion is that of labels, because the core library exports no other one.
inline std::string as_valid_utf8(std::string_view text) {
  if (is_plain(text)) return std::string(text);
  const LabelText valid = LabelText::of({{"text", std::string(text)}});
  return std::string((*LabelView(valid).begin()).value);
}

}  // namespace narthex::detail
