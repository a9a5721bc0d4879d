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
#include "families/definition.h"
#include "families/series_table.h"
#include "model/label_layout.h"

namespace narthex::detail {

// One family: its definition and its series. The registry and all handles of the family share it.
class FamilyState {
 public:
  FamilyState(Definition definition, std::shared_ptr<const Diagnostics> diagnostics);

  const Definition& definition() const noexcept { return definition_; }

  // Takes one value for each label name. If the family is full, returns the overflow series for new values.
  LookupResult find_or_create(LabelValues values);
  // Returns an empty result if the series does not exist.
  LookupResult find(LabelValues values) { return table_.find(values); }

  bool remove(LabelValues values) { return table_.remove(values); }
  // Throws LabelError for a name that is not a label of the family.
  std::size_t remove_matching(const Labels& labels);
  std::size_t clear() {
    return table_.remove_if([](const Series&) { return true; });
  }

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

  // Returns the number of lookups that were counted in the overflow series.
  std::uint64_t overflowed() const noexcept { return overflowed_.load(std::memory_order_relaxed); }  // relaxed: a sum

 private:
  LookupResult find_or_create_overflow();

  const Definition definition_;
  const std::shared_ptr<const Diagnostics> diagnostics_;
  const LabelLayout layout_;
  const std::vector<std::string_view> overflow_values_;
  SeriesTable table_;
  std::atomic<std::uint64_t> overflowed_{0};
};

}  // namespace narthex::detail
