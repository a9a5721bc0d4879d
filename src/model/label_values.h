#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include <fmt/format.h>

namespace narthex::detail {

// The label values of one series, in the order in which the names were declared.
using LabelValues = std::span<const std::string_view>;

// The escaped label values of a series. A byte that is not part of a UTF-8 character becomes U+FFFD. Values of common
// lengths are on the stack.
class EscapedValues {
 public:
  explicit EscapedValues(LabelValues raw);
  EscapedValues(const EscapedValues&) = delete;
  EscapedValues& operator=(const EscapedValues&) = delete;
  ~EscapedValues() = default;

  operator LabelValues() const noexcept { return {views_.data(), views_.size()}; }
  // Whether all values are unchanged.
  bool are_raw() const noexcept { return are_raw_; }
  // Whether a value contains an escape.
  bool has_escapes() const noexcept { return has_escapes_; }
  // Counts the bytes that became U+FFFD. Not called for values that no series has: they are in no sample.
  void count_replaced() const noexcept;

 private:
  fmt::basic_memory_buffer<char, 1024> text_;             // the values that needed escaping
  fmt::basic_memory_buffer<std::string_view, 16> views_;  // of text_ and of the raw values
  std::size_t replaced_ = 0;
  bool are_raw_ = true;
  bool has_escapes_ = false;
};

}  // namespace narthex::detail
