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
// A part is the text up to a value, and which value; what follows the last value is the tail.
class LabelOrder {
 public:
  LabelOrder(const Labels& constant_labels, std::span<const std::string> label_names);

  std::string render(std::span<const std::string_view> values) const;

 private:
  struct Part {
    std::string before;
    std::size_t value;
  };

  std::vector<Part> parts_;
  std::string tail_;
};

}  // namespace narthex::detail
