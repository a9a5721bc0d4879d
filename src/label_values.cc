#include "label_values.h"

#include <algorithm>
#include <array>
#include <random>

#define XXH_INLINE_ALL  // label values are short: a call would cost as much as the hash
#include <xxhash.h>

#include "bytes.h"
#include "escape.h"
#include "totals.h"

namespace narthex::detail {

EscapedValues::EscapedValues(LabelValues raw) : views_(raw.begin(), raw.end()) {
  if (std::ranges::all_of(raw, is_plain)) return;
  for (const std::string_view value : raw) append_label_value(texts_.emplace_back(), as_utf8(value));
  if (std::ranges::equal(texts_, raw)) {
    texts_.clear();  // UTF-8, just not ASCII
  } else {
    views_.assign(texts_.begin(), texts_.end());
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
