#include "families/series_table.h"

#include <algorithm>
#include <memory>
#include <new>
#include <utility>

#include <fmt/format.h>

#include "model/escape.h"
#include "model/label_hash.h"

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
  return hash_labels(values, hash_seed_).hash & hash_mask_;
}

// Finds values that appear unescaped in the text of their series, which are nearly all values. Only quotes need a test:
// if values without quotes are equal to a text without escapes, no character of theirs has to be escaped.
inline LookupResult SeriesTable::find_raw(LabelValues values) const noexcept {
  return with_known_size(values, [this](auto raw) {
    const LabelHash key = hash_labels(raw, hash_seed_);
    if (key.has_quotes) return LookupResult();
    return index_.find(key.hash & hash_mask_, [&](const Series& series) {
      return series.has_raw_labels_ && layout_.has_values(series.labels().text(), raw);
    });
  });
}

LookupResult SeriesTable::find_escaped(LabelValues escaped, std::uint32_t hash) const noexcept {
  return index_.find(hash, [&](const Series& series) { return layout_.has_values(series.labels().text(), escaped); });
}

LookupResult SeriesTable::find(LabelValues values) {
  if (const LookupResult found = find_raw(values); found.series) return found;
  const EscapedValues escaped(values);
  const std::uint32_t key = hash(escaped);
  const std::lock_guard lock(mutex_);
  Series* series = index_.find_as_writer(
      key, [&](const Series& other) { return layout_.has_values(other.labels().text(), LabelValues(escaped)); });
  if (series) series->retain();
  return {series, nullptr};
}

LookupResult SeriesTable::find_or_create(LabelValues values, const Kind& kind) {
  const LookupResult found = find_raw(values);
  return found.series ? found : escape_and_create(values, kind);
}

LookupResult SeriesTable::find_or_create_overflow(LabelValues values, const Kind& kind) {
  const LookupResult found = find_raw(values);
  return found.series ? found : create(values, true, kind, Limit::ignored);
}

LookupResult SeriesTable::escape_and_create(LabelValues values, const Kind& kind) {
  if (std::ranges::all_of(values, is_plain)) return create(values, true, kind, Limit::enforced);
  const EscapedValues escaped(values);
  return create(escaped, escaped.are_raw(), kind, Limit::enforced);
}

LookupResult SeriesTable::create(LabelValues escaped, bool are_raw, const Kind& kind, Limit limit) {
  const std::uint32_t key = hash(escaped);
  const FullEpoch& full_epoch = limit_->full_epoch();
  const std::uint32_t current = full_epoch.current();
  // relaxed: an epoch that began after leave_limit() makes the flag visible
  const std::uint32_t epoch = has_left_limit_.load(std::memory_order_relaxed) ? 0 : current;
  if (epoch != 0 || !are_raw) {
    if (const LookupResult found = find_escaped(escaped, key); found.series) return found;
    // In the same full epoch the series does not exist. Without a shard the lookup did not search.
    if (epoch != 0 && full_epoch.is_still(epoch) && limit == Limit::enforced && own_shard() &&
        !evictor_.is_due_after_miss()) {
      return {};
    }
  }

  return {insert(make(escaped, are_raw, key, kind), limit), nullptr};
}

SeriesPtr<Series> SeriesTable::make(LabelValues escaped, bool are_raw, std::uint32_t hash, const Kind& kind) const {
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
  return make(escaped, escaped.are_raw(), index, kind);
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
    if (limit == Limit::ignored) overflow_ = series;
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
    if (overflow_ == &series) overflow_ = nullptr;
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
std::size_t SeriesTable::counted() const noexcept { return list_.size() - (overflow_ ? 1 : 0); }

bool SeriesTable::is_full() const noexcept {
  if (!has_left_limit_.load(std::memory_order_relaxed)) return limit_->is_full();  // relaxed: changes under the mutex
  return limit_->max_series() != 0 && counted() >= limit_->max_series();
}

void SeriesTable::update_limit() noexcept {
  if (has_left_limit_.load(std::memory_order_relaxed)) return;  // relaxed: as above
  limit_->update(std::exchange(in_limit_, counted()), counted());
}

void SeriesTable::after_eviction(const Evictor::Evicted& evicted) noexcept {
  if (std::ranges::find(evicted.all(), overflow_) != evicted.all().end()) overflow_ = nullptr;
  update_limit();
}

}  // namespace narthex::detail
