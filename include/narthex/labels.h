#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <narthex/detail/export.h>

namespace narthex {

namespace detail {
class LabelOrder;
}

/// Label names with their values, in any order: `{{"hostname", "web-1"}, {"zone", "b"}}`.
using Labels = std::vector<std::pair<std::string, std::string>>;

/// The labels of one series, checked, sorted by name and escaped: `hostname="web-1",zone="b"`.
/// Values: any UTF-8; bytes that are not UTF-8 become U+FFFD.
/// Threads: a value like std::string.
/// Errors: RegistrationError for a bad, reserved or repeated label name, which it quotes.
class NARTHEX_EXPORT LabelText {
 public:
  LabelText() = default;
  static LabelText of(const Labels& labels);  // not a constructor: {{"a", "b"}} would not know which

  /// Returns what stands between the braces of the text formats.
  std::string_view text() const noexcept { return text_; }
  bool empty() const noexcept { return text_.empty(); }
  /// Tells whether one of the labels has this name.
  bool has(std::string_view name) const noexcept;

 private:
  friend class detail::LabelOrder;  // renders

  std::string text_;
};

}  // namespace narthex
