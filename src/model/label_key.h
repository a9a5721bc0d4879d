#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <narthex/detail/label_value.h>

#include "base/bytes.h"
#include "model/label_hash.h"
#include "model/label_values.h"

namespace narthex::detail {

// Returns whether a value in quotes begins at a position, which is behind the opening quote.
inline bool is_in_quotes(std::string_view value, const char* at) noexcept {
  return at[-1] == '"' && at[value.size()] == '"' && same_bytes(at, value.data(), value.size());
}

// The label values of a series with their hash. Short values are hashed and compared as one word, see label_word().
class LabelKey {
 public:
  // `words` has label_word() of each value, or is null.
  LabelKey(LabelValues values, const std::uint64_t* words, const HashSeed& seed) noexcept
      : values_(values), words_(words) {
    std::uint64_t hash = seed.start;
    if (words) [[likely]] {
      for (std::size_t i = 0; i < values.size(); ++i) hash = add_to_hash(hash, words[i], seed.multiplier);
    } else {
      for (const std::string_view value : values) hash = add_to_hash(hash, label_word(value), seed.multiplier);
    }
    hash_ = static_cast<std::uint32_t>(hash);
  }

  LabelValues values() const noexcept { return values_; }
  const std::uint64_t* words() const noexcept { return words_; }
  std::uint32_t hash() const noexcept { return hash_; }
  // Returns whether a text has a value in quotes that begins at a position. The position of the closing quote must be
  // inside the text. Needs words.
  bool has_value_at(std::size_t i, const char* text, std::size_t begin) const noexcept {
    const std::size_t size = values_[i].size();
    const std::size_t end = begin + size;
    // A long value has no word of its bytes. And before the closing quote there may be fewer than seven bytes, if a short
    // name precedes a short value.
    if (size > kMaxShortLabel || end + 1 < sizeof *words_) [[unlikely]] {
      return is_in_quotes(values_[i], text + begin);
    }
    return short_bytes_before(text + end + 1, size + 2) == words_[i];
  }

 private:
  LabelValues values_;
  const std::uint64_t* words_;
  std::uint32_t hash_;
};

}  // namespace narthex::detail
