#include "label_values.h"

#include <algorithm>
#include <array>
#include <random>

#define XXH_INLINE_ALL  // label values are short: a call would cost as much as the hash
#include <xxhash.h>

#include "bytes.h"
#include "escape.h"
#include "totals.h"
#include "utf8.h"

namespace narthex::detail {

EscapedValues::EscapedValues(LabelValues raw) {
  constexpr std::size_t kMostGrowth = 3;  // of a byte that becomes U+FFFD
  std::size_t size = 0;
  for (const std::string_view value : raw) size += value.size();
  text_.reserve(kMostGrowth * size);  // all of it now: the views need the text to stay where it is
  for (const std::string_view value : raw) {
    if (is_plain(value)) {
      views_.push_back(value);
      continue;
    }
    const std::size_t begin = text_.size();
    if (is_utf8(value)) {
      append_label_value(text_, value);
    } else {
      append_label_value(text_, as_utf8(value));
    }
    const std::string_view escaped(text_.data() + begin, text_.size() - begin);
    are_raw_ = are_raw_ && escaped == value;
    views_.push_back(escaped);
  }
}

std::uint64_t hash_seed() {
  static const std::uint64_t seed = [] {
    std::random_device device;
    return std::uint64_t{device()} << 32 | device();
  }();
  return seed;
}

LabelHash::LabelHash(LabelValues values, std::uint64_t seed) noexcept {
  std::uint64_t quotes = 0;
  const auto word_of = [&quotes, seed](std::string_view value) {
    if (value.size() > 8) {
      quotes |= static_cast<std::uint64_t>(value.find('"') != std::string_view::npos);
      return XXH3_64bits_withSeed(value.data(), value.size(), seed);
    }
    const std::uint64_t word = short_bytes_at(value.data(), value.size());
    quotes |= matches(word, '"');
    return word ^ value.size() << 61;  // most have no byte there; what collides all the same is compared
  };
  constexpr std::size_t kAtOnce = 8;
  std::array<std::uint64_t, kAtOnce> words;
  std::uint64_t all = seed;
  while (!values.empty()) {
    const std::size_t count = std::min(values.size(), kAtOnce);
    for (std::size_t i = 0; i < count; ++i) words[i] = word_of(values[i]);
    switch (count) {  // so that the compiler knows how long the usual ones are
      case 1:
        all = XXH3_64bits_withSeed(words.data(), 8, all);
        break;
      case 2:
        all = XXH3_64bits_withSeed(words.data(), 16, all);
        break;
      default:
        all = XXH3_64bits_withSeed(words.data(), count * 8, all);
    }
    values = values.subspan(count);
  }
  hash = static_cast<std::uint32_t>(all);
  has_quotes = quotes != 0;
}

}  // namespace narthex::detail
