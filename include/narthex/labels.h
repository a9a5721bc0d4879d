#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <narthex/detail/export.h>

namespace narthex {

namespace detail {
class CheckedLabels;
class Series;
}  // namespace detail

/// Label names with their values, in any order: `{{"hostname", "web-1"}, {"zone", "b"}}`.
using Labels = std::vector<std::pair<std::string, std::string>>;

/// The labels of one series, checked, sorted by name and escaped: `hostname="web-1",zone="b"`. Valid as long as what it
/// was taken from: a LabelText, or a sample while a sink works on it.
/// Threads: a value like std::string_view.
/// Errors: none.
class NARTHEX_EXPORT LabelView {
 public:
  constexpr LabelView() noexcept = default;

  /// Returns what stands between the braces of the text formats.
  constexpr std::string_view text() const noexcept { return text_; }
  constexpr bool empty() const noexcept { return text_.empty(); }
  /// Tells whether one of the labels has this name.
  bool has(std::string_view name) const noexcept;

 private:
  friend class LabelText;
  friend class detail::CheckedLabels;
  friend class detail::Series;
  constexpr explicit LabelView(std::string_view text) noexcept : text_(text) {}

  std::string_view text_;
};

/// Labels that a collector of its own samples made, once, to hand them to sinks again and again.
/// Values: any UTF-8; bytes that are not UTF-8 become U+FFFD.
/// Threads: a value like std::string.
/// Errors: RegistrationError for a bad, reserved or repeated label name, which it quotes.
class NARTHEX_EXPORT LabelText {
 public:
  LabelText() = default;
  static LabelText of(const Labels& labels);  // not a constructor: {{"a", "b"}} would not know which

  operator LabelView() const noexcept { return LabelView(text_); }

 private:
  std::string text_;
};

}  // namespace narthex
