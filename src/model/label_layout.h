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

// Knows, once per family, where each label value goes in the text of a series, and what stands around it:
//
//   constant {zone="b"}, names (method, code):   code="  <1>  ",method="  <0>  ",zone="b"
//
// A part is the text up to a value, and which value; what follows the last value is the tail.
class LabelLayout {
 public:
  LabelLayout(const Labels& constant_labels, std::span<const std::string> label_names);

  // Appends the text with these values, as they stand in it, to a string or a buffer.
  template <class Text>
  void render(std::span<const std::string_view> escaped_values, Text& text) const {
    const auto append = [&text](std::string_view piece) { text.append(piece.data(), piece.data() + piece.size()); };
    for (const Part& part : parts_) {
      append(part.before);
      append(escaped_values[part.value]);
    }
    append(tail_);
  }

  // Tells whether a text that was rendered has these values.
  //
  // It is enough to compare the sizes of both and the values where they would stand: what lies between is the same in
  // all texts of a family if the values are. And values that are not the same cannot seem so, shifted against each
  // other: each ends with a quote in the text, and no escaped value has a quote without its backslash.
  template <std::size_t kSize>
  bool has_values(std::string_view text, std::span<const std::string_view, kSize> escaped_values) const noexcept;

  // The same for some of the values: those that are null do not matter.
  bool has_values(std::string_view text, std::span<const std::optional<std::string>> escaped_values) const noexcept;

 private:
  struct Part {
    std::string before;
    std::size_t value;
  };

  std::vector<Part> parts_;
  std::string tail_;
  std::size_t fixed_size_ = 0;  // of the tail and what stands before values
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
