#include "escape.h"

#include <algorithm>

namespace narthex::detail {

namespace {

template <class IsSpecial>
void append_escaped(std::string& out, std::string_view text, IsSpecial is_special) {
  if (is_plain(text)) {
    out += text;
    return;
  }
  for (auto rest = text.begin();;) {
    const auto special = std::find_if(rest, text.end(), is_special);
    out.append(rest, special);
    if (special == text.end()) return;
    out += '\\';
    out += *special == '\n' ? 'n' : *special;
    rest = special + 1;
  }
}

}  // namespace

void append_label_value(std::string& out, std::string_view value) {
  append_escaped(out, value, [](char c) { return c == '\\' || c == '"' || c == '\n'; });
}

void append_help(std::string& out, std::string_view help) {
  append_escaped(out, help, [](char c) { return c == '\\' || c == '\n'; });
}

}  // namespace narthex::detail
