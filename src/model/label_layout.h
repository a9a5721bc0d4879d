#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <narthex/labels.h>

#include "base/bytes.h"

namespace narthex::detail {

// The text of the labels of a family, with the positions of the values:
//
//   constant {zone="b"}, names (method, code):   code="  <1>  ",method="  <0>  ",zone="b"
//
// A part is the text before a value and the index of the value. The text after the last value is the tail.
class LabelLayout {
 public:
  LabelLayout(const Labels& constant_labels, std::span<const std::string> label_names);

  // Appends the text with these escaped values to a string or a buffer.
  template <class Text>
  void render(std::span<const std::string_view> escaped_values, Text& text) const {
    const auto append = [&text](std::string_view piece) { text.append(piece.data(), piece.data() + piece.size()); };
    for (const Part& part : parts_) {
      append(part.before);
      append(escaped_values[part.value]);
    }
    append(tail_);
  }

  // Returns whether a rendered text has these values.
  //
  // It compares the total size, and each value at the position where it would be. This is sufficient: the text between
  // the values is the same in all series of a family. Different values cannot match at shifted positions, because each
  // value ends with a quote in the text, and an escaped value contains no quote without a backslash.
  template <std::size_t kSize>
  bool has_values(std::string_view text, std::span<const std::string_view, kSize> escaped_values) const noexcept;

  // Compares only the values that are not null.
  bool has_values(std::string_view text, std::span<const std::optional<std::string>> escaped_values) const noexcept;

 private:
  struct Part {
    std::string before;
    std::size_t value;
  };

  std::vector<Part> parts_;
  std::string tail_;
  std::size_t fixed_size_ = 0;  // of the tail and of the texts before values
};

template <std::size_t kSize>
bool LabelLayout::has_values(std::string_view text,
                             std::span<const std::string_view, kSize> escaped_values) const noexcept {
  std::size_t size = fixed_size_;
  for (const std::string_view value : escaped_values) size += value.size();
  if (text.size() != size) return false;
  const char* at = text.data();
  const Part* part = parts_.data();
  for (std::size_t i = 0; i < escaped_values.size(); ++i, ++part) {
    const std::string_view value = escaped_values[part->value];
    at += part->before.size();
    if (!same_bytes(at, value.data(), value.size())) return false;
    at += value.size();
  }
  return true;
}

}  // namespace narthex::detail
