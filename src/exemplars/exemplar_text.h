#pragma once

#include <cstddef>
#include <string_view>

#include <fmt/format.h>
#include <narthex/exemplar_labels.h>
#include <narthex/labels.h>

#include "model/sample_rules.h"

namespace narthex::detail {

// The labels of one exemplar in the form of a LabelView: sorted by name and escaped. Labels that break a rule of
// ExemplarLabels give an empty text and are counted. It allocates nothing.
class ExemplarText {
 public:
  explicit ExemplarText(ExemplarLabels labels) noexcept;
  explicit ExemplarText(const Labels& labels) noexcept;

  // Empty: there were no labels, or they were rejected.
  std::string_view text() const noexcept { return {text_.data(), text_.size()}; }

 private:
  template <class AnyLabels>
  void render_or_reject(const AnyLabels& labels) noexcept;
  template <class AnyLabels>
  bool render(const AnyLabels& labels);
  bool append_value(std::string_view value, std::size_t& characters);

  // A character takes at most 4 bytes. A label adds 4 bytes, and has a name of at least 1 character.
  fmt::basic_memory_buffer<char, 5 * kMaxExemplarCharacters> text_;
};

}  // namespace narthex::detail
