#include "families/series_table.h"

#include <algorithm>
#include <memory>
#include <new>
#include <utility>

#include <fmt/format.h>

#include "families/definition.h"
#include "model/escape.h"
#include "model/label_key.h"

namespace narthex::detail {

namespace {

// Releases the reference of the family.
void release(const void* series) noexcept { static_cast<const Series*>(series)->release(); }

RetiredPtr make_retired(const Series* series) { return std::make_unique<Retired>(Retired{series, release}); }

}  // namespace

SeriesTable::SeriesTable(const LabelLayout& layout, std::shared_ptr<SeriesLimit> limit,
                         std::chrono::milliseconds idle_timeout, RejectedUpdates::Id id, std::uint32_t hash_mask,
                         ClosedSeries* closed)
    : layout_(layout),
      limit_(std::move(limit)),
      hash_mask_(hash_mask),
      hash_seed_(hash_seed()),
      overflow_values_(layout.size(), kOverflow),
      overflow_hash_(hash(overflow_values_)),
      rejected_updates_id_(id),
      mutex_(limit_->mutex()),
      evictor_(index_, list_, limit_->full_epoch(), idle_timeout),
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

std::uint32_t SeriesTable::hash(LabelValues values) const noexcept {
  return hash_labels(values, hash_seed_) & hash_mask_;
}

bool SeriesTable::has_values(const Series& series, LabelValues escaped) const noexcept {
  return layout_.has_values(series.labels().text(), escaped);
}

LookupResult SeriesTable::find(LabelValues values) {
  return find_raw_or(values, [&](Miss) { return find_escaped(values); });
}

LookupResult SeriesTable::find_escaped(LabelValues values) {
  const EscapedValues escaped(values);
  const std::uint32_t key = hash(escaped);
  const std::lock_guard lock(mutex_);
  Series* series = index_.find_as_writer(key, [&](const Series& other) { return has_values(other, escaped); });
  if (series) series->retain();
  return {series, nullptr};
}

LookupResult SeriesTable::find_or_create(LabelValues values, const Kind& kind) {
  return find_raw_or(values, [&](Miss miss) { return create(values, kind, miss); });
}

LookupResult SeriesTable::find_or_create_overflow(const Kind& kind) {
  const LookupResult overflow = index_.find(overflow_hash_, [this](const Series& series) {
    // relaxed: a series that is created at the address of a former overflow series is inserted after the store of null
    return &series == overflow_.load(std::memory_order_relaxed);
  });
  if (overflow.series) return overflow;
  // A caller of labels() may have created a series with these values.
  return find_raw_or(overflow_values_,
                     [&](Miss miss) { return create(overflow_values_, miss.hash, true, kind, Limit::ignored); });
}

LookupResult SeriesTable::create(LabelValues values, const Kind& kind, Miss miss) {
  if (!std::ranges::all_of(values, is_plain)) return escape_and_create(values, kind, miss.epoch);
  return is_full_since(miss.epoch) ? LookupResult() : create(values, miss.hash, true, kind, Limit::enforced);
}

LookupResult SeriesTable::escape_and_create(LabelValues values, const Kind& kind, std::uint32_t epoch) {
  const EscapedValues escaped(values);
  const std::uint32_t key = hash(escaped);
  if (!escaped.are_raw()) {
    const LookupResult found = index_.find(key, [&](const Series& series) { return has_values(series, escaped); });
    if (found.series) return found;
  }
  return is_full_since(epoch) ? LookupResult() : create(escaped, key, escaped.are_raw(), kind, Limit::enforced);
}

// Returns whether a series that was not found since the start of a full epoch does not exist. Without a shard the lookup
// did not search.
bool SeriesTable::is_full_since(std::uint32_t epoch) noexcept {
  // relaxed: an epoch that began after leave_limit() makes the flag visible
  return epoch != 0 && !has_left_limit_.load(std::memory_order_relaxed) && limit_->full_epoch().is_still(epoch) &&
         own_shard() && !evictor_.is_due_after_miss();
}

LookupResult SeriesTable::create(LabelValues escaped, std::uint32_t hash, bool are_raw, const Kind& kind, Limit limit) {
  return {insert(make(escaped, hash, are_raw, kind), limit), nullptr};
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
  return make(escaped, index, escaped.are_raw(), kind);
}

bool SeriesTable::show(Series* series) {
  series->retain();
  return static_cast<bool>(SeriesPtr<Series>(insert(SeriesPtr<Series>(series), Limit::enforced)));
}

bool SeriesTable::may_show(std::size_t index) const noexcept {
  // relaxed: as in create()
  if (has_left_limit_.load(std::memory_order_relaxed)) return true;
  const std::uint32_t epoch = limit_->full_epoch().current();
  return epoch == 0 || closed_->shown_at(index) || !limit_->full_epoch().is_still(epoch);
}

// Returns the series, or the one that another thread has inserted with these labels. Returns null if the family is
// full.
Series* SeriesTable::insert(SeriesPtr<Series> created, Limit limit) {
  Series* series = nullptr;
  Evictor::Evicted evicted;
  RetiredPtr old_entries;
  {
    const std::lock_guard lock(mutex_);
    series = index_.find_as_writer(
        created->hash_, [&](const Series& other) { return other.labels().text() == created->labels().text(); });
    if (series) {
      series->retain();
      return series;
    }
    if (limit == Limit::enforced && is_full()) {
      evictor_.inspect_window(evicted);
      after_eviction(evicted);
      if (is_full()) return nullptr;
    }
    list_.reserve_one();
    old_entries = index_.reserve_one();
    created->retain();  // for the family
    series = created.detach();
    index_.insert(series);
    list_.add(series);
    if (closed_) closed_->show(series, series->hash_);
    if (limit == Limit::ignored) overflow_.store(series, std::memory_order_relaxed);  // relaxed: a hint
    if (evictor_.is_due_after_insertion()) evictor_.inspect_window(evicted);
    after_eviction(evicted);
  }
  Reclaimer::retire(std::move(old_entries), Reclaimer::When::now);
  return series;
}

bool SeriesTable::remove(LabelValues values) {
  const LookupResult found = find(values);
  if (!found.series) return false;
  const HazardPtr<Series> series(found);
  return remove(*found.series);
}

bool SeriesTable::remove(const Series& series) {
  RetiredPtr retired = make_retired(&series);  // first, because it may throw
  {
    const std::lock_guard lock(mutex_);
    if (!list_.has(series)) return false;
    limit_->full_epoch().end();
    index_.erase(&series);
    if (closed_) closed_->hide(series.hash_);
    forget_overflow(series);
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
    after_eviction(evicted);
  }
}

void SeriesTable::leave_limit() noexcept {
  const std::lock_guard lock(mutex_);
  limit_->update(std::exchange(in_limit_, 0), 0);
  has_left_limit_.store(true, std::memory_order_relaxed);  // relaxed: see create()
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

void SeriesTable::forget_overflow(const Series& removed) noexcept {
  // relaxed, both: changes under the mutex, and see find_or_create_overflow()
  if (overflow_.load(std::memory_order_relaxed) == &removed) overflow_.store(nullptr, std::memory_order_relaxed);
}

void SeriesTable::after_eviction(const Evictor::Evicted& evicted) noexcept {
  for (const Series* series : evicted.all()) forget_overflow(*series);
  update_limit();
}

}  // namespace narthex::detail
