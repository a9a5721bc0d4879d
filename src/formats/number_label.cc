#include "formats/number_label.h"

namespace narthex::detail {

void NumberLabel::render(std::size_t position, double number) {
  if (position >= texts_.size()) texts_.resize(position + 1);
  Text& text = texts_[position];
  char* to = text.characters.data();
  const auto put = [&to](std::string_view piece) { to += piece.copy(to, piece.size()); };
  put(",");
  put(name_);
  put("=\"");
  to = write_number_(to, number);
  put("\"} ");
  text.number = number;
  text.size = static_cast<std::size_t>(to - text.characters.data());
}

}  // namespace narthex::detail
