#pragma once

#include <array>
#include <cstddef>
#include <cstring>
#include <limits>
#include <string_view>
#include <vector>

#include "base/number.h"

namespace narthex::detail {

// A label that a format adds after the other labels, up to the value: `,le="0.5"} `. Keeps its texts by their position
// in the sample, because the samples of a family nearly always have the same numbers at the same positions.
class NumberLabel {
 public:
  using WriteNumber = char* (*)(char* to, double number) noexcept;

  // `name` is a literal of at most 8 characters. The function writes at most kMaxNumberSize characters.
  NumberLabel(std::string_view name, WriteNumber write_number) : name_(name), write_number_(write_number) {}

  static constexpr std::size_t kMaxSize = 16 + kMaxNumberSize;

  // Writes the label to a buffer of at least kMaxSize characters; returns its end.
  char* write(char* to, std::size_t position, double number, bool is_only_label) {
    if (position >= texts_.size() || texts_[position].number != number) render(position, number);
    const Text& text = texts_[position];
    const std::size_t from = is_only_label ? 1 : 0;
    std::memcpy(to, text.characters.data() + from, kMaxSize);  // all characters: a copy of fixed size is inlined
    return to + text.size - from;
  }

 private:
  struct Text {
    double number = std::numeric_limits<double>::quiet_NaN();  // differs from every number
    std::size_t size = 0;
    std::array<char, kMaxSize + 1> characters;  // with a comma, which is omitted if there is no other label
  };

  void render(std::size_t position, double number);

  std::string_view name_;
  WriteNumber write_number_;
  std::vector<Text> texts_;
};

}  // namespace narthex::detail
