#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

namespace narthex::fuzz {

// Aborts unless the condition holds, so that the fuzzer keeps the input.
inline void demand(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

// Reads values from the bytes of the fuzzer. Returns zeros and empty texts after their end.
class Bytes {
 public:
  Bytes(const std::uint8_t* data, std::size_t size) : rest_(reinterpret_cast<const char*>(data), size) {}

  bool empty() const noexcept { return rest_.empty(); }

  template <class Number>
  Number number() noexcept {
    Number value{};
    const std::string_view bytes = take(sizeof value);
    std::memcpy(&value, bytes.data(), bytes.size());
    return value;
  }
  // Returns a number from 0 to limit - 1.
  std::size_t below(std::size_t limit) noexcept { return number<std::uint8_t>() % limit; }
  // Returns the bytes before the next 0xFE. UTF-8 never contains this byte, so that it can end a text.
  std::string_view text() noexcept {
    const std::string_view text = take(std::min(rest_.find('\xFE'), rest_.size()));
    take(1);
    return text;
  }
  std::string_view rest() noexcept { return take(rest_.size()); }

 private:
  std::string_view take(std::size_t size) noexcept {
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(taken.size());
    return taken;
  }

  std::string_view rest_;
};

// Returns the length of the first character of a text in bytes, or 0 for invalid UTF-8. It decodes the character,
// encodes it in the shortest form, and compares, which differs from the algorithm of the library.
inline std::size_t character_size(std::string_view text) {
  if (text.empty()) return 0;
  const auto first = static_cast<unsigned char>(text[0]);
  std::size_t size = 1;
  while (size < 5 && (first << size & 0x80) != 0) ++size;  // the number of ones before the first zero
  size = first < 0x80 ? 1 : size;
  if (first >= 0x80 && (size < 2 || size > 4 || size > text.size() || (first & 0x40) == 0)) return 0;
  std::uint32_t code = size == 1 ? first : first & (0x7fu >> size);
  for (std::size_t i = 1; i < size; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xC0) != 0x80) return 0;
    code = code << 6 | (byte & 0x3f);
  }
  const std::size_t shortest = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  const bool is_surrogate = code >= 0xD800 && code <= 0xDFFF;
  return shortest == size && code <= 0x10FFFF && !is_surrogate ? size : 0;
}

inline bool is_text(std::string_view text) {
  while (!text.empty()) {
    const std::size_t size = character_size(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

}  // namespace narthex::fuzz
