#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include <narthex/labels.h>
#include <narthex/sink.h>

#include "base/diagnostics.h"
#include "base/rejected_updates.h"
#include "families/closed_series.h"
#include "families/definition.h"
#include "families/series_limit.h"
#include "families/series_table.h"
#include "model/label_layout.h"

namespace narthex::detail {

// One family: its definition and its series. The registry and all handles of the family share it.
class FamilyState {
 public:
  // Siblings share `limit`, and `overflowed`, the number of lookups that were counted in overflow series.
  FamilyState(Definition definition, std::shared_ptr<SeriesLimit> limit,
              std::shared_ptr<std::atomic<std::uint64_t>> overflowed, std::shared_ptr<const Diagnostics> diagnostics);

  const Definition& definition() const noexcept { return definition_; }

  // Values: one for each label name. `words` has label_word() of each, or is null.

  // If the family is full, returns the overflow series for new values.
  LookupResult find_or_create(LabelValues values, const std::uint64_t* words);
  // Returns the overflow series, and counts a lookup in it.
  LookupResult find_or_create_overflow();
  // Returns an empty result if the series does not exist.
  LookupResult find(LabelValues values, const std::uint64_t* words) { return table_.find(values, words); }

  bool remove(LabelValues values, const std::uint64_t* words) { return table_.remove(values, words); }

  // If the labels are closed, the series; otherwise null.
  const ClosedSeries* closed() const noexcept { return closed_.get(); }
  // Of closed labels. Serves the series with an index and returns it. Returns the overflow series if the index is not
  // below closed()->size(), if the family is full, and without memory.
  Series* show(std::size_t index) noexcept;
  bool remove(std::size_t index);

  // Throws LabelError for a name that is not a label of the family.
  std::size_t remove_matching(const Labels& labels);
  std::size_t clear() {
    return remove_if([](const Series&) { return true; });
  }

  bool is_empty() const noexcept { return table_.is_empty() && !shown_overflow(); }
  // Called when the registry has removed the family.
  void leave_limit() noexcept { table_.leave_limit(); }

  void collect(Sink& sink) {
    collect(sink, [](LabelView) { return true; });
  }

  // Collects only the series for which `filter(labels)` returns true.
  template <class Filter>
  void collect(Sink& sink, Filter filter) {
    const auto collect_one = [&](const Series& series) {
      if (filter(series.labels())) series.collect(sink);
    };
    table_.evict_idle();
    table_.for_each(collect_one);
    if (const Series* overflow = shown_overflow()) collect_one(*overflow);
  }

 private:
  // Returns the overflow series of closed labels if it is served, and null otherwise.
  const Series* shown_overflow() const noexcept { return closed_ ? closed_->shown_overflow() : nullptr; }
  Series* create(std::size_t index);
  Series* show_overflow(std::string_view reason) noexcept;

  template <class Matches>
  std::size_t remove_if(Matches matches) {
    const std::size_t removed = table_.remove_if(matches);
    const Series* const overflow = shown_overflow();
    return removed + (overflow && matches(*overflow) && closed_->hide_overflow() ? 1 : 0);
  }
  // The rare cases of find_or_create(): no series has the hash; or another series has it, or there are no words. The
  // second one releases `other`, which may be empty.
  [[gnu::noinline]] LookupResult create(LabelValues values, std::uint32_t hash, std::uint32_t epoch);
  [[gnu::noinline]] LookupResult find_or_create_again(LookupResult other, LabelValues values,
                                                      const std::uint64_t* words);
  // Does the same as find_or_create_overflow() for the first lookup, which it logs.
  LookupResult begin_overflow();

  const Definition definition_;
  const std::shared_ptr<const Diagnostics> diagnostics_;
  const LabelLayout layout_;
  const RejectedUpdatesId rejected_updates_id_;
  const std::unique_ptr<ClosedSeries> closed_;  // destroyed after the table
  SeriesTable table_;
  const std::shared_ptr<std::atomic<std::uint64_t>> overflowed_;
};

}  // namespace narthex::detail
