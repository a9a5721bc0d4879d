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

// One family: what was defined, and its series. Shared by the registry and by every Family handle.
class FamilyState {
 public:
  FamilyState(Definition definition, std::shared_ptr<const Diagnostics> diagnostics);

  const Definition& definition() const noexcept { return definition_; }

  // As many values as there are label names. When there is no room for new series, they share one.
  LookupResult find_or_create(LabelValues values);
  // Returns none where there is none.
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

  // The same for those series that `wants(labels)` says yes to.
  template <class FamilyFilter>
  void collect(Sink& sink, FamilyFilter wants) {
    table_.evict_idle();
    table_.for_each([&](const Series& series) {
      if (wants(series.labels())) series.collect(sink);
    });
  }

  // How many lookups found no room for the series they asked for.
  std::uint64_t overflowed() const noexcept { return overflowed_.load(std::memory_order_relaxed); }  // relaxed: a sum

 private:
  const Definition definition_;
  const std::shared_ptr<const Diagnostics> diagnostics_;
  const LabelLayout order_;
  const std::vector<std::string_view> overflow_values_;
  SeriesTable table_;
  std::atomic<std::uint64_t> overflowed_{0};
};

}  // namespace narthex::detail
