#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <narthex/detail/label_value.h>

#include "base/bytes.h"
#include "model/label_hash.h"

namespace narthex::detail {

// Adds a label value to a hash. Its word is label_word() of a value of at most eight bytes, and the XXH3 hash of a longer
// one.
inline std::uint64_t add_label(std::uint64_t hash, std::string_view value, std::uint64_t word,
                               const HashSeed& seed) noexcept {
  if (value.size() > sizeof word) word = hash_of_text(value, seed);
  word ^= value.size() << 61;  // the highest byte of the word is mostly 0; values with equal hashes are compared
  return add_to_hash(hash, word, seed.multiplier);
}

inline std::uint32_t hash_labels(std::span<const std::string_view> values, const HashSeed& seed) noexcept {
  std::uint64_t hash = seed.start;
  for (const std::string_view value : values) hash = add_label(hash, value, label_word(value), seed);
  return static_cast<std::uint32_t>(hash);
}

// The label values of a lookup with label_word() of each. The words of short values are hashed and compared instead of
// the values.
template <std::size_t kSize>
class LabelKey {
 public:
  using Values = std::span<const std::string_view, kSize>;

  LabelKey(Values values, const std::uint64_t* words, const HashSeed& seed) noexcept : values_(values), words_(words) {
    std::uint64_t hash = seed.start;
    for (std::size_t i = 0; i < kSize; ++i) hash = add_label(hash, values[i], words[i], seed);
    hash_ = static_cast<std::uint32_t>(hash);
  }

  std::uint32_t hash() const noexcept { return hash_; }
  Values values() const noexcept { return values_; }

  // Returns whether a value can be compared by its word: it has one to eight bytes.
  bool has_word(std::size_t i) const noexcept { return values_[i].size() - 1 < sizeof *words_; }
  // Compares such a value with the bytes before the end of a text, which has at least eight bytes.
  bool is_before(std::size_t i, const char* end) const noexcept {
    return short_bytes_before(end, values_[i].size()) == words_[i];
  }

 private:
  Values values_;
  const std::uint64_t* words_;
  std::uint32_t hash_;
};

}  // namespace narthex::detail
