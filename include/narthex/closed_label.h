#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <narthex/detail/export.h>
#include <narthex/detail/label_value.h>

namespace NARTHEX_VISIBILITY narthex {

namespace detail {

// A text as a template argument.
template <std::size_t N>
struct FixedText {
  constexpr FixedText(const char (&text)[N]) noexcept {
    for (std::size_t i = 0; i < N; ++i) characters[i] = text[i];
  }
  constexpr operator std::string_view() const noexcept { return {characters, N - 1}; }

  char characters[N] = {};
};

}  // namespace detail

/// The name of a label, and all values that it can have. Labels of this type make an EnumFamily.
///
/// Values: the value at index i belongs to the key i. `Key` is the type that EnumFamily::at() takes for this label: an
///   enum, or std::size_t. The values are checked when a family is defined: they must be valid UTF-8 and differ from
///   each other and from `__overflow__`.
/// Thread safety: all members may be called concurrently.
/// Exceptions: std::bad_alloc.
/// Lifetime: owns its texts. A definition copies them.
///
/// Example:
///   const narthex::ClosedLabel<std::size_t> shard("shard", config.shard_names());  // texts known at run time
template <class Key>
class NARTHEX_VISIBILITY ClosedLabel {
 public:
  /// Creates a label with these values, in the order of their keys.
  ClosedLabel(std::string_view name, std::vector<std::string> values) : name_(name), values_(std::move(values)) {
    static_assert(std::is_enum_v<Key> || std::is_same_v<Key, std::size_t>,
                  "the key of a closed label is an enum or std::size_t");
  }

  /// Returns the name of the label.
  const std::string& name() const noexcept { return name_; }
  /// Returns all values, in the order of their keys.
  const std::vector<std::string>& values() const noexcept { return values_; }

 private:
  std::string name_;
  std::vector<std::string> values_;
};

/// Returns a label whose values are the enumerators 0 to N-1 of an enum. Calls the `to_string` of the enum, which
/// argument-dependent lookup finds, for each of them; later calls of EnumFamily::at() do not. Throws the exceptions of
/// this `to_string`.
///   enum class Method { get, put, post };
///   narthex::enum_label<Method, 3>("method")
template <class Enum, std::size_t N>
[[nodiscard]] ClosedLabel<Enum> enum_label(std::string_view name) {
  static_assert(N > 0, "enum_label takes an enum and the number of its enumerators");
  std::vector<std::string> values;
  for (std::size_t i = 0; i < N; ++i) values.emplace_back(detail::as_label(static_cast<Enum>(i)));
  return {name, std::move(values)};
}

/// Returns a label with fixed texts. EnumFamily::at() takes the index of a text.
///   narthex::text_label<"get", "post">("method")
template <detail::FixedText... Texts>
[[nodiscard]] ClosedLabel<std::size_t> text_label(std::string_view name) {
  static_assert(sizeof...(Texts) > 0, "text_label takes at least one text");
  return {name, {std::string(std::string_view(Texts))...}};
}

}  // namespace narthex
