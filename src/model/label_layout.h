#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <narthex/labels.h>

#include "base/bytes.h"
#include "model/label_key.h"

namespace narthex::detail {

// The text of the labels of a family, with the positions of the values:
//
//   constant {zone="b"}, names (method, code):   code="  <1>  ",method="  <0>  ",zone="b"
//
// A part is the text before a value and the index of the value. The text after the last value is the tail.
class LabelLayout {
 public:
  LabelLayout(const Labels& constant_labels, std::span<const std::string> label_names);

  // Returns the number of values.
  std::size_t size() const noexcept { return parts_.size(); }

  // Appends the text with these escaped values to a string or a buffer.
  template <class Text>
  void render(std::span<const std::string_view> escaped_values, Text& text) const {
    const std::size_t size = text.size();
    text.resize(size + size_with(escaped_values));
    char* at = text.data() + size;
    for (const Part& part : parts_) {
      at = put(at, part.before);
      at = put(at, escaped_values[part.value]);
    }
    put(at, tail_);
  }

  // Returns whether a rendered text has these values.
  //
  // It compares the total size, and each value at the position where it would be, between quotes. This is sufficient:
  // the text between the values is the same in all series of a family. In the text, a value ends at the first quote
  // without a backslash. So a value that matches too much ends at a later quote; then all values behind it begin
  // and end too late, and the last one ends behind the text. This holds for values with quotes, too, if the text has no
  // escapes. The first quote and the last one need no test: they follow from the layout and from the size.
  bool has_values(std::string_view text, std::span<const std::string_view> escaped_values) const noexcept;
  // The same for a key, with fewer instructions if all values are short.
  template <std::size_t kSize>
  [[gnu::always_inline]] bool has_values(std::string_view text, const LabelKey<kSize>& escaped_values) const noexcept;

  // Compares only the values that are not null.
  bool has_values(std::string_view text, std::span<const std::optional<std::string>> escaped_values) const noexcept;

 private:
  struct Part {
    std::string before;
    std::size_t value;
  };

  // Returns the size of a text with these values.
  std::size_t size_with(std::span<const std::string_view> values) const noexcept {
    std::size_t size = fixed_size_;
    for (const std::string_view value : values) size += value.size();
    return size;
  }

  std::vector<Part> parts_;
  std::string tail_;
  std::size_t fixed_size_ = 0;  // of the tail and of the texts before values
};

template <std::size_t kSize>
inline bool LabelLayout::has_values(std::string_view text, const LabelKey<kSize>& escaped_values) const noexcept {
  const std::span values = escaped_values.values();
  if (text.size() != size_with(values)) return false;
  std::size_t end = 0;
  for (std::size_t i = 0; i < kSize; ++i) {
    const Part& part = parts_[i];
    const std::size_t begin = end + part.before.size();
    if (i > 0 && (text[end] != '"' || text[begin - 1] != '"')) return false;
    end = begin + values[part.value].size();
    const bool has_eight_bytes = i > 0 || end >= 8;  // two names have more
    if (!has_eight_bytes || !escaped_values.has_word(part.value)) [[unlikely]]
      return has_values(text, values);
    if (!escaped_values.is_before(part.value, text.data() + end)) return false;
  }
  return true;
}

}  // namespace narthex::detail
