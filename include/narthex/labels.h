#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <narthex/detail/export.h>

namespace NARTHEX_VISIBILITY narthex {

namespace detail {
class CheckedLabels;
class Series;
}  // namespace detail

/// Label names with their values, in any order: `{{"hostname", "web-1"}, {"zone", "b"}}`.
using Labels = std::vector<std::pair<std::string, std::string>>;

/// The labels of one series: valid, sorted by name, and escaped, for example `hostname="web-1",zone="b"`.
///
/// Exceptions: none.
/// Lifetime: like std::string_view. A view of a LabelText is valid as long as the LabelText. A view that is passed to a
///   Sink is valid during the call.
class NARTHEX_EXPORT LabelView {
 public:
  /// Refers to no labels.
  constexpr LabelView() noexcept = default;

  /// Returns the text that the text formats write between the braces.
  constexpr std::string_view text() const noexcept { return text_; }
  /// Returns whether there are no labels.
  constexpr bool empty() const noexcept { return text_.empty(); }
  /// Returns whether one of the labels has this name.
  bool has(std::string_view name) const noexcept;

 private:
  friend class LabelText;
  friend class detail::CheckedLabels;
  friend class detail::Series;
  constexpr explicit LabelView(std::string_view text) noexcept : text_(text) {}

  std::string_view text_;
};

/// Owns the labels of one series. A Collector that writes the same labels in every scrape creates them once.
///
/// Values: any UTF-8. Bytes that are not UTF-8 become U+FFFD.
///
/// Example:
///   const LabelText labels = LabelText::of({{"pool", "orders"}});
///   sink.gauge(labels, 3);
class NARTHEX_EXPORT LabelText {
 public:
  /// Owns no labels.
  LabelText() = default;
  /// Returns the sorted and escaped text of labels.
  /// Exceptions: LabelError for an invalid, reserved, or repeated label name.
  // It is not a constructor, because {{"a", "b"}} would be ambiguous.
  [[nodiscard]] static LabelText of(const Labels& labels);

  /// Returns a view of the labels, valid while this object exists.
  operator LabelView() const noexcept { return LabelView(text_); }

 private:
  std::string text_;
};

}  // namespace narthex
