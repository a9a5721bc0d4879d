#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include <narthex/labels.h>
#include <narthex/sink.h>

#include "base/diagnostics.h"
#include "base/rejected_updates.h"
#include "families/definition.h"
#include "families/series_limit.h"
#include "families/series_table.h"
#include "model/label_layout.h"

namespace narthex::detail {

// The label value of overflow series.
inline constexpr std::string_view kOverflow = "__overflow__";

// One family: its definition and its series. The registry and all handles of the family share it.
class FamilyState {
 public:
  // Siblings share `limit`, and `overflowed`, the number of lookups that were counted in overflow series.
  FamilyState(Definition definition, std::shared_ptr<SeriesLimit> limit,
              std::shared_ptr<std::atomic<std::uint64_t>> overflowed, std::shared_ptr<const Diagnostics> diagnostics);

  const Definition& definition() const noexcept { return definition_; }

  // Takes one value for each label name. If the family is full, returns the overflow series for new values.
  LookupResult find_or_create(LabelValues values);
  // Returns the overflow series, and counts a lookup in it.
  LookupResult find_or_create_overflow();
  // Returns an empty result if the series does not exist.
  LookupResult find(LabelValues values) { return table_.find(values); }

  bool remove(LabelValues values) { return table_.remove(values); }
  // Throws LabelError for a name that is not a label of the family.
  std::size_t remove_matching(const Labels& labels);
  std::size_t clear() {
    return table_.remove_if([](const Series&) { return true; });
  }

  bool is_empty() const noexcept { return table_.is_empty(); }
  // Called when the registry has removed the family.
  void leave_limit() noexcept { table_.leave_limit(); }

  void collect(Sink& sink) {
    table_.evict_idle();
    table_.for_each([&sink](const Series& series) { series.collect(sink); });
  }

  // Collects only the series for which `filter(labels)` returns true.
  template <class Filter>
  void collect(Sink& sink, Filter filter) {
    table_.evict_idle();
    table_.for_each([&](const Series& series) {
      if (filter(series.labels())) series.collect(sink);
    });
  }

 private:
  const Definition definition_;
  const std::shared_ptr<const Diagnostics> diagnostics_;
  const LabelLayout layout_;
  const std::vector<std::string_view> overflow_values_;
  const RejectedUpdatesId rejected_updates_id_;
  SeriesTable table_;
  const std::shared_ptr<std::atomic<std::uint64_t>> overflowed_;
};

}  // namespace narthex::detail
