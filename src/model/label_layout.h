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
  void render(LabelValues escaped_values, Text& text) const {
    const std::size_t before = text.size();
    std::size_t size = fixed_size_;
    for (const std::string_view value : escaped_values) size += value.size();
    text.resize(before + size);
    char* at = text.data() + before;
    for (const Part& part : parts_) {
      at = put(at, part.before);
      at = put(at, escaped_values[part.value]);
    }
    put(at, tail_);
  }

  // Returns whether a rendered text has these values.
  //
  // It compares each value at the position where it would be, between quotes, and the total size. This is sufficient:
  // the text between the values is the same in all series of a family. In the text, a value ends at the first quote
  // without a backslash. So a value that matches too much ends at a later quote; then all values behind it begin
  // and end too late, and the last one ends behind the text. This holds for values with quotes, too, if the text has no
  // escapes.
  [[gnu::always_inline]] bool has_values(std::string_view text, const LabelKey& escaped_values) const noexcept;
  bool has_values(std::string_view text, LabelValues escaped_values) const noexcept;

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

inline bool LabelLayout::has_values(std::string_view text, const LabelKey& escaped_values) const noexcept {
  if (!escaped_values.words()) [[unlikely]]
    return has_values(text, escaped_values.values());
  std::size_t at = 0;
  for (const Part& part : parts_) {
    const std::size_t begin = at + part.before.size();
    at = begin + escaped_values.values()[part.value].size();
    if (at >= text.size() || !escaped_values.has_value_at(part.value, text.data(), begin)) return false;
  }
  return at + tail_.size() == text.size();
}

}  // namespace narthex::detail
