#pragma once

#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <string_view>
#include <type_traits>
#include <utility>

#include <narthex/detail/export.h>
#include <narthex/detail/short_bytes.h>

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

// Anything in braces, such as a label name with its value. refuse_braces() says what is allowed instead.
struct Braces {
  template <class... T>
  Braces(const T&...) noexcept {}
};

template <class...>
inline constexpr bool is_allowed = false;  // depends on a template parameter, so that the assertion fails at its use

template <class Caller>
constexpr void refuse_braces() {
  static_assert(is_allowed<Caller>,
                "label values are passed without names and without braces, in the order of the label names: "
                "labels(\"GET\", 200)");
}

// Label names with their values. Without this type, a string_view would take them for the two ends of a text.
using NamedValues = std::initializer_list<std::initializer_list<const char*>>;

template <class Caller>
constexpr void refuse_names() {
  static_assert(is_allowed<Caller>,
                R"(label values are passed without names, in the order of the label names: labels({"GET", "200"}))");
}

// An argument that names a state of a state set.
template <class T>
concept StateArgument = TextLabel<T> || EnumLabel<T>;

// Values of at most this size are hashed and compared as one word.
inline constexpr std::size_t kMaxShortLabel = 6;

// Returns the hash of a longer value.
NARTHEX_EXPORT std::uint64_t hash_of_long_label(std::string_view value) noexcept;

// Returns the word that a lookup hashes in place of a label value: a short value in quotes, as in the text of its series,
// or the hash of a longer value. The caller of a lookup computes it, because the compiler often knows the value, or its size.
inline std::uint64_t label_word(std::string_view value) noexcept {
  return value.size() <= kMaxShortLabel ? in_quotes(short_bytes_at(value.data(), value.size()), value.size())
                                        : hash_of_long_label(value);
}

// Owns the digits of an integer, so that a view can refer to them.
class IntegerText {
 public:
  template <IntegerLabel T>
  explicit IntegerText(T value) noexcept {
    if (std::endian::native == std::endian::little && std::in_range<std::uint16_t>(value) && value < 1000) {
      // For example a status code. Its digits are written as one word, because a processor is slow if it reads a word
      // of bytes that were just written one by one.
      const auto number = static_cast<std::uint32_t>(value);
      const std::uint32_t tens = number / 10;
      const std::uint32_t hundreds = number / 100;
      size_ = number >= 100 ? 3 : number >= 10 ? 2 : 1;
      const std::uint32_t three = hundreds | (tens - 10 * hundreds) << 8 | (number - 10 * tens) << 16 | 0x30'3030;
      const std::uint32_t digits = three >> 8 * (3 - size_);  // without leading zeros
      std::memcpy(digits_.data(), &digits, sizeof digits);
      word_ = in_quotes(digits, size_);
    } else {
      write(static_cast<std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>>(value));
    }
  }
  operator std::string_view() const noexcept { return {digits_.data(), size_}; }

  std::uint64_t label_word() const noexcept { return word_; }

 private:
  // Not inline, because users would pay for <charconv> in each file.
  NARTHEX_EXPORT void write(std::int64_t value) noexcept;
  NARTHEX_EXPORT void write(std::uint64_t value) noexcept;

  std::array<char, 20> digits_;  // the longest 64-bit number
  std::size_t size_ = 0;
  std::uint64_t word_ = 0;
};

inline std::uint64_t label_word(const IntegerText& value) noexcept { return value.label_word(); }

// The same, as a constant: the compilers explain a failed concept in many lines, but a failed constant in one.
template <class T>
inline constexpr bool is_label_value = LabelArgument<T>;

// Returns an object that converts to a view of the text of the value. It owns the text if the value does not.
template <class T>
decltype(auto) as_label(const T& value) {
  static_assert(is_label_value<T>,
                "a label value must be a string, an integer, a bool, or an enum with a to_string() in its namespace; "
                "convert a value of another type to a string");
  if constexpr (!is_label_value<T>) {
    return std::string_view();  // no further error
  } else if constexpr (std::is_pointer_v<T>) {
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
