#include "number_label.h"

#include <cstring>

namespace narthex::detail {

char* NumberLabel::write(char* to, std::size_t position, double number, bool is_only_label) {
  if (position >= texts_.size()) texts_.resize(position + 1);
  Text& text = texts_[position];
  if (text.number != number) render(text, number);
  const std::size_t from = is_only_label ? 1 : 0;
  std::memcpy(to, text.characters.data() + from, kMaxSize);  // all of it: a copy of fixed size takes no call
  return to + text.size - from;
}

void NumberLabel::render(Text& text, double number) const {
  char* to = text.characters.data();
  const auto put = [&to](std::string_view piece) { to += piece.copy(to, piece.size()); };
  put(",");
  put(name_);
  put("=\"");
  to = write_number(to, number);
  put("\"} ");
  text.number = number;
  text.size = static_cast<std::size_t>(to - text.characters.data());
}

}  // namespace narthex::detail
