#include "base/utf8.h"

#include "base/bytes.h"

namespace narthex::detail {

namespace {

struct Range {
  unsigned char first, last;
  bool has(unsigned char byte) const noexcept { return byte >= first && byte <= last; }
};

constexpr Range kContinuation{0x80, 0xBF};

// The values that are allowed for the second byte of a character. Later bytes are in kContinuation.
Range second_byte(unsigned char lead) noexcept {
  switch (lead) {
    case 0xE0:
      return {0xA0, 0xBF};  // below: overlong
    case 0xED:
      return {0x80, 0x9F};  // above: surrogates
    case 0xF0:
      return {0x90, 0xBF};  // below: overlong
    case 0xF4:
      return {0x80, 0x8F};  // above: past U+10FFFF
    default:
      return kContinuation;
  }
}

std::size_t length_by_lead(unsigned char lead) noexcept {
  if (lead < 0x80) return 1;
  if (lead < 0xC2) return 0;  // a continuation, or an overlong form of ASCII
  if (lead < 0xE0) return 2;
  if (lead < 0xF0) return 3;
  if (lead < 0xF5) return 4;
  return 0;
}

}  // namespace

std::size_t utf8_length(std::string_view text) noexcept {
  if (text.empty()) return 0;
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::size_t length = length_by_lead(byte(0));
  if (length > text.size()) return 0;
  if (length > 1 && !second_byte(byte(0)).has(byte(1))) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if (!kContinuation.has(byte(i))) return 0;
  }
  return length;
}

bool is_utf8(std::string_view text) noexcept {
  while (!text.empty()) {
    if (text.size() >= 8 && (bytes_at(text.data()) & kHighBits) == 0) {  // eight ASCII characters
      text.remove_prefix(8);
      continue;
    }
    const std::size_t length = utf8_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string to_utf8(std::string_view text, std::size_t& replaced) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) {
      result += kReplacement;
      ++replaced;
      text.remove_prefix(1);
    } else {
      result += text.substr(0, length);
      text.remove_prefix(length);
    }
  }
  return result;
}

}  // namespace narthex::detail
