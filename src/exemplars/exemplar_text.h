#pragma once

#include <cstddef>
#include <string_view>

#include <fmt/format.h>
#include <narthex/exemplar_labels.h>
#include <narthex/labels.h>

#include "model/sample_rules.h"

namespace narthex::detail {

// The labels of one exemplar as a LabelView has them, sorted by name and escaped; or none, because they break a rule of
// ExemplarLabels. Takes no memory but its own.
class ExemplarText {
 public:
  explicit ExemplarText(ExemplarLabels labels) noexcept;
  explicit ExemplarText(const Labels& labels) noexcept;

  // Empty: there were none, or they were refused, which is counted.
  std::string_view text() const noexcept { return {text_.data(), text_.size()}; }

 private:
  template <class AnyLabels>
  void render_or_refuse(const AnyLabels& labels) noexcept;
  template <class AnyLabels>
  bool render(const AnyLabels& labels);
  bool append_value(std::string_view value, std::size_t& characters);

  // A character of a value takes 4 bytes at most; a name adds 4 to its characters, of which it has one at least.
  fmt::basic_memory_buffer<char, 5 * kMaxExemplarCharacters> text_;
};

}  // namespace narthex::detail
