#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <narthex/labels.h>

namespace narthex::detail {

// Knows, once per family, where each label value goes in the text of a series, and what stands around it:
//
//   constant {zone="b"}, names (method, code):   code="  <1>  ",method="  <0>  ",zone="b"
//
// A part is the text up to a value, and which value; what follows the last value is the tail. The values come escaped,
// as they stand in the text.
class LabelOrder {
 public:
  LabelOrder(const Labels& constant_labels, std::span<const std::string> label_names);

  std::string render(std::span<const std::string_view> escaped_values) const;

  // Tells whether a text that was rendered has these values.
  bool has_values(std::string_view text, std::span<const std::string_view> escaped_values) const noexcept;

 private:
  struct Part {
    std::string before;
    std::size_t value;
  };

  std::vector<Part> parts_;
  std::string tail_;
  std::size_t fixed_size_ = 0;  // of the tail and what stands before values
};

}  // namespace narthex::detail
