#include "formats/number_text.h"

#include "base/bytes.h"

namespace narthex::detail {

void NumberText::render(std::size_t position, double number) {
  if (position >= texts_.size()) texts_.resize(position + 1);
  Text& text = texts_[position];
  char* const end = put(write_number_(put(text.characters.data(), before_), number), after_);
  text.number = number;
  text.size = static_cast<std::size_t>(end - text.characters.data());
}

}  // namespace narthex::detail
