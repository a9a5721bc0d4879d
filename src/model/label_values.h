#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include <fmt/format.h>

namespace narthex::detail {

// The values of one series' labels, in the order in which their names were declared.
using LabelValues = std::span<const std::string_view>;

// Values as they stand in the text of a series: escaped, and made UTF-8, where every byte that is part of no character
// becomes U+FFFD and is counted. On the stack for usual lengths.
class EscapedValues {
 public:
  explicit EscapedValues(LabelValues raw);
  EscapedValues(const EscapedValues&) = delete;
  EscapedValues& operator=(const EscapedValues&) = delete;
  ~EscapedValues() = default;

  operator LabelValues() const noexcept { return {views_.data(), views_.size()}; }
  // Whether none had to be changed.
  bool are_raw() const noexcept { return are_raw_; }

 private:
  fmt::basic_memory_buffer<char, 1024> text_;             // of those that are not plain
  fmt::basic_memory_buffer<std::string_view, 16> views_;  // of it, and of the raw values
  bool are_raw_ = true;
};

// Calls call(values) with a span that knows its size, for the usual sizes.
template <class Call>
auto with_known_size(LabelValues values, Call call) {
  switch (values.size()) {
    case 1:
      return call(values.first<1>());
    case 2:
      return call(values.first<2>());
    case 3:
      return call(values.first<3>());
    default:
      return call(values);
  }
}

}  // namespace narthex::detail
