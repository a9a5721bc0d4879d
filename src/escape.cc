#include "escape.h"

#include <cstddef>

namespace narthex::detail {

namespace {

void append_escaped(std::string& out, std::string_view text, std::string_view special) {
  for (;;) {
    const std::size_t plain = text.find_first_of(special);
    out += text.substr(0, plain);
    if (plain == std::string_view::npos) return;
    out += '\\';
    out += text[plain] == '\n' ? 'n' : text[plain];
    text.remove_prefix(plain + 1);
  }
}

}  // namespace

void append_label_value(std::string& out, std::string_view value) { append_escaped(out, value, "\\\"\n"); }

void append_help(std::string& out, std::string_view help) { append_escaped(out, help, "\\\n"); }

}  // namespace narthex::detail
