#pragma once

#include <list>
#include <shared_mutex>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <narthex/detail/kind.h>
#include <narthex/detail/series.h>

#include "label_order.h"

namespace narthex::detail {

// The series of one family, found by their label values.
//
//   by_key_:   "3:GET3:200" ---+   "4:POST3:200" ---+        (a key is the values, each behind its length)
//                              v                    v
//   in_order_:            [ Ref ] ------------> [ Ref ]      (oldest first; owns one reference to each)
//
// Invariant: by_key_ and in_order_ hold the same series; the keys in by_key_ are views of the text in the series.
// Lookups share the lock, so they wait only for a series that is made or removed, never for each other or a scrape.
class SeriesTable {
 public:
  // Returns the series with these values (one per label name, UTF-8); one that is new comes from `kind`.
  Ref<Series> find_or_make(std::span<const std::string_view> values, const Kind& kind, const LabelOrder& order);

  // Forgets a series; it lives on while handles refer to it. Returns whether there was one.
  bool remove(std::span<const std::string_view> values);

  // Returns all series, oldest first.
  std::vector<Ref<Series>> all() const;

 private:
  using InOrder = std::list<Ref<Series>>;

  Ref<Series> find(std::string_view key) const;

  mutable std::shared_mutex mutex_;
  InOrder in_order_;
  std::unordered_map<std::string_view, InOrder::iterator> by_key_;
};

}  // namespace narthex::detail
