#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <narthex/sink.h>

#include "model/label_hash.h"

namespace narthex::detail {

// Remembers the newest exemplar of each series that was sent, because receivers refuse older ones. A series is known by
// its hash: if two have the same one, exemplars of them are lost.
// Thread safety: one thread at a time.
class NewExemplars {
 public:
  // Begins a collection.
  void begin() noexcept { ++collection_; }
  // Notes that the exemplars of the collection were sent. Otherwise the next collection has them again. Forgets the
  // series that had no exemplar in it.
  void commit();

  // Returns the exemplar if it was not sent before, and null otherwise.
  const Exemplar* select(std::uint64_t series, const Exemplar* exemplar);
  // Returns those that were not sent before, sorted by time. Valid until the next call.
  std::span<const Exemplar> select(std::uint64_t series, std::span<const Exemplar> exemplars);

  // Returns the hash of a series: its family, its labels, and its position among the series of the metric.
  std::uint64_t series(std::string_view family, LabelView labels, std::size_t position) const noexcept;

 private:
  // The order in which receivers accept exemplars: by time, then by value.
  struct SortKey {
    std::int64_t at = -1;
    double value = 0;

    auto operator<=>(const SortKey&) const = default;  // NOLINT(modernize-use-nullptr): <=> is compared with a 0
  };
  struct Newest {
    SortKey sent;
    SortKey collected;
    std::uint64_t collection = 0;
  };

  // NaN is below all other values.
  static SortKey sort_key_of(const Exemplar& exemplar);

  const HashSeed seed_ = hash_seed();
  std::uint64_t collection_ = 0;
  std::unordered_map<std::uint64_t, Newest> newest_;
  std::vector<Exemplar> selected_;
};

}  // namespace narthex::detail
