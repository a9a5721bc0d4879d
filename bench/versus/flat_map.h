#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/label_key.h"

namespace narthex::bench {

// The least that finds a value by label values: a hash table of one thread, with the hash and the comparison of
// narthex, without a lock, and without protection for a series that is removed.
template <class Value, std::size_t kSize>
class FlatMap {
 public:
  using LabelValues = std::span<const std::string_view, kSize>;

  Value& operator[](LabelValues values) {
    std::array<std::uint64_t, kSize> words;
    for (std::size_t i = 0; i < kSize; ++i) words[i] = detail::label_word(values[i]);
    const detail::LabelKey key(values, words.data(), kSeed);
    for (std::size_t i = key.hash() & mask();; i = (i + 1) & mask()) {
      Series* const series = entries_[i];
      if (!series) return insert(key);
      if (series->hash == key.hash() && has_values(*series, key)) return series->value;
    }
  }

 private:
  struct Series {
    std::string labels;  // the values in quotes
    std::uint32_t hash = 0;
    Value value{};
  };

  static constexpr detail::HashSeed kSeed{0x9e37'79b9'7f4a'7c15, 0xbf58'476d'1ce4'e5b9};

  std::size_t mask() const noexcept { return entries_.size() - 1; }

  static bool has_values(const Series& series, const detail::LabelKey& key) noexcept {
    std::size_t size = 2 * kSize;
    for (const std::string_view value : key.values()) size += value.size();
    if (series.labels.size() != size) return false;
    std::size_t at = 1;
    for (std::size_t i = 0; i < kSize; ++i) {
      if (!key.has_value_at(i, series.labels.data(), at)) return false;
      at += key.values()[i].size() + 2;
    }
    return true;
  }

  Value& insert(const detail::LabelKey& key) {
    Series& series = series_.emplace_back();
    series.hash = key.hash();
    for (const std::string_view value : key.values()) series.labels.append(1, '"').append(value).append(1, '"');
    if (3 * series_.size() > 2 * entries_.size()) {
      entries_.assign(2 * entries_.size(), nullptr);
      for (Series& each : series_) link(each);
    } else {
      link(series);
    }
    return series.value;
  }

  void link(Series& series) noexcept {
    std::size_t i = series.hash & mask();
    while (entries_[i]) i = (i + 1) & mask();
    entries_[i] = &series;
  }

  std::vector<Series*> entries_ = std::vector<Series*>(4);
  std::deque<Series> series_;
};

}  // namespace narthex::bench
