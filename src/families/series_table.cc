#include "families/series_table.h"

#include <algorithm>
#include <memory>
#include <new>
#include <utility>

#include <fmt/format.h>

#include "families/definition.h"
#include "families/series_hazard.h"
#include "model/escape.h"

namespace narthex::detail {

namespace {

// Releases the reference of the family.
void release(const void* series) noexcept { static_cast<const Series*>(series)->release(); }

RetiredPtr make_retired(const Series* series) { return std::make_unique<Retired>(Retired{series, release}); }

}  // namespace

SeriesTable::SeriesTable(const LabelLayout& layout, std::shared_ptr<SeriesLimit> limit,
                         std::chrono::milliseconds idle_timeout, RejectedUpdates::Id id, ClosedSeries* closed,
                         const HashSeed& seed)
    : layout_(layout),
      limit_(std::move(limit)),
      hash_seed_(seed),
      overflow_values_(layout.size(), kOverflow),
      rejected_updates_id_(id),
      mutex_(limit_->mutex()),
      evictor_(index_, list_, limit_->full_epoch(), overflow_, idle_timeout),
      closed_(closed) {}

SeriesTable::~SeriesTable() {
  leave_limit();
  const HazardsInUse hazards;
  for (const Series* series : list_.positions()) {
    if (!series) continue;
    if (!hazards.have(series)) {
      series->release();
      continue;
    }
    try {
      Reclaimer::retire(make_retired(series));
    } catch (const std::bad_alloc&) {  // the series is in use and cannot be deferred, so it is never freed
    }
  }
}

LookupResult SeriesTable::find(LabelValues values, const std::uint64_t* words) {
  const LookupResult found = find_raw(key_of(values, words));
  return found.series ? found : find_escaped(values);
}

LookupResult SeriesTable::find_escaped(LabelValues values) {
  const EscapedValues escaped(values);
  escaped.count_replaced();
  const LabelKey key = key_of(escaped, nullptr);
  const std::lock_guard lock(mutex_);
  Series* const series = index_.find_as_writer(
      key.hash(), [&](const Series& other) { return layout_.has_values(other.labels().text(), key); });
  return protect(series);
}

LookupResult SeriesTable::find_or_create(LabelValues values, const std::uint64_t* words, const Kind& kind) {
  const LabelKey key = key_of(values, words);
  const std::uint32_t epoch = full_epoch();
  const LookupResult found = find_raw(key);
  return found.series ? found : create(values, key.hash(), epoch, kind);
}

LookupResult SeriesTable::find_raw(const LabelKey& key) const noexcept {
  return index_.find(key.hash(), [&](const Series& series) { return has_raw_values(series, key); });
}

LookupResult SeriesTable::create(LabelValues values, std::uint32_t hash, std::uint32_t epoch, const Kind& kind) {
  // Values that are not plain are searched again in their escaped form. Without a series that is not plain, no series has
  // that form. relaxed: the flag is set before an insertion, and the epoch that was read began after it
  const bool may_be_escaped = has_not_plain_.load(std::memory_order_relaxed);
  if (!may_be_escaped && is_full_since(epoch)) return {};
  if (!std::ranges::all_of(values, is_plain)) {
    return find_or_create_escaped(values, kind, may_be_escaped ? epoch : FullEpoch::kNotFull);
  }
  if (may_be_escaped && is_full_since(epoch)) return {};
  return insert_new(values, hash, true, kind, Limit::enforced);
}

LookupResult SeriesTable::find_or_create_escaped(LabelValues values, const Kind& kind, std::uint32_t epoch) {
  const EscapedValues escaped(values);
  const LabelKey key = key_of(escaped, nullptr);
  if (!escaped.are_raw()) {
    const LookupResult found =
        index_.find(key.hash(), [&](const Series& series) { return layout_.has_values(series.labels().text(), key); });
    if (found.series) {
      escaped.count_replaced();
      return found;
    }
  }
  if (is_full_since(epoch)) return {};
  has_not_plain_.store(true, std::memory_order_relaxed);  // relaxed: see create()
  const LookupResult created = insert_new(escaped, key.hash(), !escaped.has_escapes(), kind, Limit::enforced);
  if (created.series) escaped.count_replaced();
  return created;
}

LookupResult SeriesTable::find_or_create_overflow(const Kind& kind) {
  Series* const overflow = overflow_.load(std::memory_order_acquire);  // acquire: the series is fully constructed
  if (overflow && t_shard != &no_shard) [[likely]] {
    SeriesHazard hazard(*t_shard);
    hazard.publish(overflow);
    // seq_cst: the reader's step 3 in hazards.h
    if (overflow_.load(std::memory_order_seq_cst) == overflow) [[likely]]
      return hazard.result(overflow);
    static_cast<void>(hazard.result(nullptr));
  }
  return find_or_create_unknown_overflow(kind);
}

// Called without a shard, or if overflow_ is null or has changed: the series does not exist or was removed, the evictor
// inspects it, or a caller of labels() has created a series with these values, which counts towards max_series.
LookupResult SeriesTable::find_or_create_unknown_overflow(const Kind& kind) {
  const LabelKey key = key_of(overflow_values_, nullptr);
  const LookupResult found = find_raw(key);
  return found.series ? found : insert_new(overflow_values_, key.hash(), true, kind, Limit::ignored);
}

// Returns whether a series that was not found since the start of a full epoch does not exist. Without a shard the lookup
// did not search.
bool SeriesTable::is_full_since(std::uint32_t epoch) noexcept {
  // relaxed: an epoch that began after leave_limit() makes the flag visible
  return epoch != FullEpoch::kNotFull && !has_left_limit_.load(std::memory_order_relaxed) &&
         limit_->full_epoch().is_still(epoch) && t_shard != &no_shard && !evictor_.is_due_after_miss();
}

LookupResult SeriesTable::insert_new(LabelValues escaped, std::uint32_t hash, bool are_raw, const Kind& kind,
                                     Limit limit) {
  return insert(make(escaped, hash, are_raw, kind), limit);
}

SeriesPtr<Series> SeriesTable::make(LabelValues escaped, std::uint32_t hash, bool are_raw, const Kind& kind) const {
  fmt::memory_buffer text;  // on the stack for common lengths
  layout_.render(escaped, text);
  Series* const series = kind.make_series({text.data(), text.size()});
  SeriesPtr<Series> created(series);
  series->hash_ = hash;
  series->has_raw_labels_ = are_raw;
  series->set_rejected_updates_id(rejected_updates_id_);
  evictor_.start(*series);
  return created;
}

SeriesPtr<Series> SeriesTable::make(LabelValues values, std::uint32_t index, const Kind& kind) const {
  const EscapedValues escaped(values);
  escaped.count_replaced();
  return make(escaped, index, !escaped.has_escapes(), kind);
}

bool SeriesTable::show(Series* series) {
  series->retain();
  return static_cast<bool>(HazardPtr<Series>(insert(SeriesPtr<Series>(series), Limit::enforced)));
}

bool SeriesTable::may_show(std::size_t index) const noexcept {
  // relaxed: as in is_full_since()
  if (has_left_limit_.load(std::memory_order_relaxed)) return true;
  const std::uint32_t epoch = limit_->full_epoch().current();
  return epoch == FullEpoch::kNotFull || closed_->shown_at(index) || !limit_->full_epoch().is_still(epoch);
}

// Returns the series, or the one that another thread has inserted with these labels. Returns null if the family is
// full.
LookupResult SeriesTable::insert(SeriesPtr<Series> created, Limit limit) {
  LookupResult inserted;
  Evictor::Evicted evicted;
  RetiredPtr old_entries;
  {
    const std::lock_guard lock(mutex_);
    Series* const existing = index_.find_as_writer(
        created->hash_, [&](const Series& other) { return other.labels().text() == created->labels().text(); });
    if (existing) return protect(existing);
    if (limit == Limit::enforced && is_full()) {
      evictor_.inspect_window(evicted);
      update_limit();
      if (is_full()) return {};
    }
    list_.reserve_one();
    old_entries = index_.reserve_one();
    Series* const series = created.detach();  // the reference of the family
    inserted = protect(series);
    index_.insert(series);
    list_.add(series);
    if (closed_) closed_->show(series, series->hash_);
    // release: as in SeriesIndex::store()
    if (limit == Limit::ignored) overflow_.store(series, std::memory_order_release);
    if (evictor_.is_due_after_insertion()) evictor_.inspect_window(evicted);
    update_limit();
  }
  Reclaimer::retire(std::move(old_entries), Reclaimer::When::now);
  return inserted;
}

// Returns a series, or null, as the result of a lookup. It cannot be removed meanwhile, because the caller has the mutex.
LookupResult SeriesTable::protect(Series* series) noexcept {
  if (t_shard != &no_shard) {
    SeriesHazard hazard(*t_shard);
    hazard.publish(series);
    return hazard.result(series);
  }
  if (series) series->retain();
  return {series, nullptr};
}

bool SeriesTable::remove(LabelValues values, const std::uint64_t* words) {
  const HazardPtr<Series> series(find(values, words));
  return series && remove(*series.operator->());
}

bool SeriesTable::remove(const Series& series) {
  RetiredPtr retired = make_retired(&series);  // first, because it may throw
  {
    const std::lock_guard lock(mutex_);
    if (!list_.has(series)) return false;
    limit_->full_epoch().end();
    index_.erase(&series);
    if (closed_) closed_->hide(series.hash_);
    // relaxed: changes under the mutex; seq_cst: the remover's step 1 in hazards.h
    if (overflow_.load(std::memory_order_relaxed) == &series) overflow_.store(nullptr, std::memory_order_seq_cst);
    retired = list_.remove(series, std::move(retired));
    update_limit();
  }
  Reclaimer::retire(std::move(retired));
  return true;
}

void SeriesTable::evict_idle() noexcept {
  if (!evictor_.is_on()) return;
  for (std::size_t inspected = 0, size = 1; inspected < size;) {
    Evictor::Evicted evicted;
    const std::lock_guard lock(mutex_);
    size = list_.positions().size();
    inspected += evictor_.inspect(Evictor::kWindow, evicted);
    update_limit();
  }
}

void SeriesTable::leave_limit() noexcept {
  const std::lock_guard lock(mutex_);
  limit_->update(std::exchange(in_limit_, 0), 0);
  has_left_limit_.store(true, std::memory_order_relaxed);  // relaxed: see is_full_since()
}

// Returns the number of series without the overflow series.
std::size_t SeriesTable::counted() const noexcept {
  return list_.size() - (overflow_.load(std::memory_order_relaxed) ? 1 : 0);  // relaxed: changes under the mutex
}

bool SeriesTable::is_full() const noexcept {
  if (!has_left_limit_.load(std::memory_order_relaxed)) return limit_->is_full();  // relaxed: changes under the mutex
  return limit_->max_series() != 0 && counted() >= limit_->max_series();
}

void SeriesTable::update_limit() noexcept {
  if (has_left_limit_.load(std::memory_order_relaxed)) return;  // relaxed: as above
  limit_->update(std::exchange(in_limit_, counted()), counted());
}

}  // namespace narthex::detail
