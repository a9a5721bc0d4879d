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

// Drops the reference that the table held.
void release(const void* series) noexcept { static_cast<const Series*>(series)->release(); }

RetiredPtr retirement_of(const Series* series) { return std::make_unique<Retired>(Retired{series, release}); }

}  // namespace

class SeriesTable::Expired {
 public:
  Expired() = default;
  Expired(const Expired&) = delete;
  Expired& operator=(const Expired&) = delete;
  ~Expired() {
    for (const Series* series : std::span(series_).first(size_)) series->release();
  }

  void add(const Series* series) noexcept { series_[size_++] = series; }

 private:
  std::array<const Series*, kLooks> series_;
  std::size_t size_ = 0;
};

SeriesTable::SeriesTable(const LabelLayout& order, SeriesLimits limits, std::uint32_t hash_mask)
    : order_(order),
      max_series_(limits.max_series),
      expiry_(limits.idle_timeout),
      hash_mask_(hash_mask),
      hash_seed_(hash_seed()) {}

SeriesTable::~SeriesTable() {
  const HazardsInUse hazards;
  for (const Series* series : list_.places()) {
    if (!series) continue;
    if (!hazards.have(series)) {
      series->release();
      continue;
    }
    try {
      Reclaimer::retire(retirement_of(series));
    } catch (const std::bad_alloc&) {  // somebody uses it, so rather never freed than too early
    }
  }
}

std::uint32_t SeriesTable::hash(LabelValues values) const noexcept {
  return hash_labels(values, hash_seed_).hash & hash_mask_;
}

inline LookupResult SeriesTable::find_raw(LabelValues values) const noexcept {
  // Nearly all values stand in the text of their series as they are. To see that takes no look for what would need an
  // escape, but for quotes: values without quotes that are the same as a text without escapes have none to make.
  return with_known_size(values, [this](auto raw) {
    const LabelHash key = hash_labels(raw, hash_seed_);
    if (key.has_quotes) return LookupResult();
    return index_.find(key.hash & hash_mask_, [&](const Series& series) {
      return series.has_raw_labels_ && order_.has_values(series.labels().text(), raw);
    });
  });
}

LookupResult SeriesTable::find_escaped(LabelValues escaped, std::uint32_t hash) const noexcept {
  return index_.find(hash, [&](const Series& series) { return order_.has_values(series.labels().text(), escaped); });
}

LookupResult SeriesTable::find(LabelValues values) {
  if (const LookupResult found = find_raw(values); found.series) return found;
  const EscapedValues escaped(values);
  const std::uint32_t key = hash(escaped);
  const std::lock_guard lock(mutex_);
  Series* series = index_.find_as_writer(
      key, [&](const Series& other) { return order_.has_values(other.labels().text(), LabelValues(escaped)); });
  if (series) series->retain();
  return {series, nullptr};
}

LookupResult SeriesTable::find_or_make(LabelValues values, const Kind& kind, Extra extra) {
  const LookupResult found = find_raw(values);
  return found.series ? found : make_escaped(values, kind, extra);
}

LookupResult SeriesTable::make_escaped(LabelValues values, const Kind& kind, Extra extra) {
  if (std::ranges::all_of(values, is_plain)) return make(values, true, kind, extra);
  const EscapedValues escaped(values);
  return make(escaped, escaped.are_raw(), kind, extra);
}

LookupResult SeriesTable::make(LabelValues escaped, bool are_raw, const Kind& kind, Extra extra) {
  const std::uint32_t key = hash(escaped);
  const std::uint32_t full = full_.load(std::memory_order_acquire);  // acquire: comes before what find_escaped() reads
  if (full != 0 || !are_raw) {
    if (const LookupResult found = find_escaped(escaped, key); found.series) return found;
    // Full all the while, so no series came or went: there is none with these values. Without a shard nobody looked.
    if (full != 0 && full_.load(std::memory_order_relaxed) == full && extra == Extra::no && own_shard() &&
        !is_time_to_make_room()) {
      return {};
    }
  }

  fmt::memory_buffer text;  // on the stack for usual lengths
  order_.render(escaped, text);
  Series* const series = kind.make_series({text.data(), text.size()});
  SeriesPtr<Series> made(series);
  series->hash_ = key;
  series->has_raw_labels_ = are_raw;
  if (expiry_.is_on()) Expiry::begin(*series);
  return {insert(std::move(made), extra), nullptr};
}

// Returns the series, or the one that another thread made of these labels meanwhile; null: the table is full.
Series* SeriesTable::insert(SeriesPtr<Series> made, Extra extra) {
  Series* series = nullptr;
  Expired expired;
  RetiredPtr outgrown;
  {
    const std::lock_guard lock(mutex_);
    series = index_.find_as_writer(made->hash_,
                                   [&](const Series& other) { return other.labels().text() == made->labels().text(); });
    if (series) {
      series->retain();
      return series;
    }
    const bool needs_room = is_full() && extra == Extra::no;
    if (needs_room) expire_next(expired);
    if (needs_room && is_full()) return nullptr;
    list_.reserve_one();
    outgrown = index_.reserve_one();
    made->retain();  // for the table
    series = made.detach();
    index_.insert(series);
    list_.add(series);
    if (extra == Extra::yes) extra_ = series;
    note_size();
    // Four looks at old series for each that comes: beside those that are held there are never more than twice as many
    // as come in an idle time, whether somebody scrapes or not.
    if (++made_since_expiry_ >= kPeriod) expire_next(expired);
  }
  Reclaimer::retire(std::move(outgrown), Reclaimer::When::now);
  return series;
}

bool SeriesTable::remove(LabelValues values) {
  const LookupResult found = find(values);
  if (!found.series) return false;
  const HazardPtr<Series> borrow(found);
  return remove(*found.series);
}

bool SeriesTable::remove(const Series& series) {
  RetiredPtr retirement = retirement_of(&series);  // now, while it may fail
  {
    const std::lock_guard lock(mutex_);
    if (!list_.has(series)) return false;
    full_.store(0, std::memory_order_relaxed);  // relaxed: who sees a cell without its series sees this too
    index_.erase(&series);
    if (extra_ == &series) extra_ = nullptr;
    retirement = list_.remove(series, std::move(retirement));
    note_size();
  }
  Reclaimer::retire(std::move(retirement));
  return true;
}

void SeriesTable::expire() noexcept {
  if (!expiry_.is_on()) return;
  for (std::size_t seen = 0, size = 1; seen < size;) {
    Expired expired;
    const std::lock_guard lock(mutex_);
    size = list_.places().size();
    seen += expire_some(kLooks, expired);
  }
}

bool SeriesTable::is_time_to_make_room() noexcept {
  if (!expiry_.is_on()) return false;
  // relaxed, load and store: misses that get lost between threads do no harm
  const std::uint32_t misses = misses_when_full_.load(std::memory_order_relaxed) + 1;
  misses_when_full_.store(misses, std::memory_order_relaxed);
  return misses % kPeriod == 0;
}

void SeriesTable::expire_next(Expired& expired) noexcept {
  made_since_expiry_ = 0;
  if (!expiry_.is_on()) return;
  const std::size_t to_the_end = expire_some(kLooks, expired);
  expire_some(kLooks - to_the_end, expired);
}

std::size_t SeriesTable::expire_some(std::size_t most, Expired& expired) noexcept {
  const std::span places = list_.next_places(most);
  const std::size_t looked_at = places.size();
  struct Idle {
    Series* series;
    std::size_t cell;
  };
  std::array<Idle, kLooks> all;
  std::size_t size = 0;
  const Expiry::Time now = Expiry::now();
  for (Series* series : places) {
    // relaxed: a first look
    if (series && expiry_.is_idle(*series, now) && series->references_.load(std::memory_order_relaxed) == 1) {
      all[size++] = {series, 0};
    }
  }
  const std::span<Idle> idle = std::span(all).first(size);
  if (idle.empty()) return looked_at;

  // Whoever finds one now ends its trial. Who has found one before is seen by his hazard; or, if he has cleared that
  // since, by his reference or by the sign of his update.
  for (Idle& one : idle) one.cell = index_.begin_trial(one.series);
  const HazardsInUse hazards;
  for (const auto& [series, cell] : idle) {
    // acquire: what others did to it comes before its end; relaxed: it was done before a hazard was cleared
    if (hazards.have(series) || series->references_.load(std::memory_order_acquire) != 1 ||
        !series->has_wish(Series::kSignOfLife) || list_.cursor_on(*series)) {
      index_.acquit(series, cell);
      continue;
    }
    full_.store(0, std::memory_order_relaxed);  // relaxed: who sees a cell without its series sees this too
    if (!index_.convict(series, cell)) continue;
    if (extra_ == series) extra_ = nullptr;
    list_.take_out(*series);
    expired.add(series);
  }
  note_size();
  return looked_at;
}

bool SeriesTable::is_full() const noexcept {
  return max_series_ != 0 && list_.size() - (extra_ ? 1 : 0) >= max_series_;
}

void SeriesTable::note_size() noexcept {
  if (!is_full()) {
    full_.store(0, std::memory_order_relaxed);  // relaxed: see make(), which finds out under the mutex
  } else if (full_.load(std::memory_order_relaxed) == 0) {
    if (++times_full_ == 0) ++times_full_;
    full_.store(times_full_, std::memory_order_release);  // release: comes after the series that filled it
  }
}

}  // namespace narthex::detail
