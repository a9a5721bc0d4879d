#pragma once

#include <array>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <string_view>
#include <type_traits>

#include <narthex/detail/export.h>

namespace NARTHEX_VISIBILITY narthex {
namespace detail {

template <class T>
concept CharacterType = std::same_as<T, char> || std::same_as<T, wchar_t> || std::same_as<T, char8_t> ||
    std::same_as<T, char16_t> || std::same_as<T, char32_t>;

template <class T>
concept TextLabel = std::convertible_to<const T&, std::string_view> && !std::same_as<T, std::nullptr_t>;

// A character type is not accepted, because 'a' can mean the letter or 97.
template <class T>
concept IntegerLabel = std::integral<T> && !std::same_as<T, bool> && !CharacterType<T> && sizeof(T) <= 8;

template <class T>
concept EnumLabel = std::is_enum_v<T> && requires(const T& value) {
  { to_string(value) } -> std::convertible_to<std::string_view>;
};

// An argument of labels(...): a string, an integer, exactly a bool, or an enum with a to_string().
template <class T>
concept LabelArgument = TextLabel<T> || IntegerLabel<T> || std::same_as<T, bool> || EnumLabel<T>;

// An argument that names a state of a state set.
template <class T>
concept StateArgument = TextLabel<T> || EnumLabel<T>;

// Owns the digits of an integer, so that a view can refer to them.
class IntegerText {
 public:
  template <IntegerLabel T>
  explicit IntegerText(T value) noexcept {
    size_ = static_cast<std::size_t>(std::to_chars(digits_.data(), digits_.data() + digits_.size(), value).ptr -
                                     digits_.data());
  }
  operator std::string_view() const noexcept { return {digits_.data(), size_}; }

 private:
  std::array<char, 20> digits_;  // the longest 64-bit number
  std::size_t size_;
};

// Returns an object that converts to a view of the text of the value. It owns the text if the value does not.
template <LabelArgument T>
decltype(auto) as_label(const T& value) {
  if constexpr (std::is_pointer_v<T>) {
    return value ? std::string_view(value) : std::string_view();  // getenv() can return null
  } else if constexpr (TextLabel<T>) {
    return std::string_view(value);
  } else if constexpr (std::same_as<T, bool>) {
    return std::string_view(value ? "true" : "false");
  } else if constexpr (IntegerLabel<T>) {
    return IntegerText(value);
  } else if constexpr (std::is_pointer_v<decltype(to_string(value))>) {
    return as_label(to_string(value));
  } else {
    return to_string(value);
  }
}

}  // namespace detail
}  // namespace narthex
