#pragma once

#include <array>
#include <cstddef>
#include <cstring>
#include <limits>
#include <string_view>
#include <vector>

#include "base/number.h"

namespace narthex::detail {

// A number between two fixed texts, such as `,le="0.5"} `. Keeps its texts by their position in the sample, because the
// samples of a family nearly always have the same numbers at the same positions.
class NumberText {
 public:
  using WriteNumber = char* (*)(char* to, double number) noexcept;

  // `before` starts with a comma. Both texts are literals with at most 16 characters together. The function writes at
  // most kMaxNumberSize characters.
  NumberText(std::string_view before, WriteNumber write_number, std::string_view after)
      : before_(before), after_(after), write_number_(write_number) {}

  static constexpr std::size_t kMaxSize = 16 + kMaxNumberSize;

  // Writes the text to a buffer of at least kMaxSize characters, without its comma if it is the first one of a list.
  // Returns its end.
  char* write(char* to, std::size_t position, double number, bool is_first) {
    if (position >= texts_.size() || texts_[position].number != number) render(position, number);
    const Text& text = texts_[position];
    const std::size_t from = is_first ? 1 : 0;
    std::memcpy(to, text.characters.data() + from, kMaxSize);  // all characters: a copy of fixed size is inlined
    return to + text.size - from;
  }

 private:
  struct Text {
    double number = std::numeric_limits<double>::quiet_NaN();  // differs from every number
    std::size_t size = 0;
    std::array<char, kMaxSize + 1> characters;  // with the comma
  };

  void render(std::size_t position, double number);

  std::string_view before_;
  std::string_view after_;
  WriteNumber write_number_;
  std::vector<Text> texts_;
};

}  // namespace narthex::detail
