#pragma once

#include <cstddef>
#include <iterator>
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

/// The name and the value of one label. The value is not escaped.
struct Label {
  std::string_view name;   ///< Name, not escaped.
  std::string_view value;  ///< Value, not escaped.
};

/// Iterates over the labels of a LabelView, in the order of their names. An input iterator.
///
/// Exceptions: std::bad_alloc, only for a name or value that contains a backslash, a quote, or a line feed.
/// Lifetime: valid as long as the LabelView. The texts of a Label are valid until the iterator advances or ends.
class NARTHEX_EXPORT LabelIterator {
 public:
  using iterator_concept = std::input_iterator_tag;  ///< An input iterator.
  using difference_type = std::ptrdiff_t;            ///< Not used; std::input_iterator requires it.
  using value_type = Label;                          ///< Name and value of one label.

  /// Refers to no label.
  LabelIterator() noexcept = default;
  /// Returns the label.
  Label operator*() const noexcept { return {text_of(name_, own_name_), text_of(value_, own_value_)}; }
  LabelIterator& operator++();                                                       ///< Advances to the next label.
  void operator++(int) { ++*this; }                                                  ///< Advances to the next label.
  bool operator==(std::default_sentinel_t) const noexcept { return name_.empty(); }  ///< Whether it is at the end.

 private:
  friend class LabelView;
  explicit LabelIterator(std::string_view text) : rest_(text) { ++*this; }

  static std::string_view text_of(std::string_view text, const std::string& own) noexcept {
    return own.empty() ? text : std::string_view(own);
  }

  std::string_view rest_;
  std::string_view name_;  // empty at the end
  std::string_view value_;
  std::string own_name_;  // the text without escapes, if there are any
  std::string own_value_;
};

/// The labels of one series: valid, sorted by name, and escaped, for example `hostname="web-1",zone="b"`.
///
/// Exceptions: none, except those of a LabelIterator.
/// Lifetime: like std::string_view. A view of a LabelText is valid as long as the LabelText. A view that is passed to a
///   Sink is valid during the call.
///
/// Example:
///   for (const auto [name, value] : labels) line << name << '=' << value << ' ';
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

  /// Returns an iterator to the first label. Names and values are not escaped.
  LabelIterator begin() const { return LabelIterator(text_); }
  /// Returns the end of the labels.
  std::default_sentinel_t end() const noexcept { return {}; }

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
