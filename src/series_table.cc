#include "series_table.h"

#include <algorithm>
#include <memory>
#include <new>
#include <utility>

#include <fmt/format.h>

#include "escape.h"
#include "label_hash.h"

namespace narthex::detail {

namespace {

// Drops the reference that the table held.
void release(const void* series) noexcept { static_cast<const Series*>(series)->release(); }

Retirement retirement_of(const Series* series) { return std::make_unique<Retired>(Retired{series, release}); }

}  // namespace

SeriesTable::SeriesTable(const LabelOrder& order, std::uint32_t hash_mask)
    : order_(order), hash_mask_(hash_mask), hash_seed_(hash_seed()) {}

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

Found SeriesTable::find_or_make(LabelValues values, const Kind& kind) {
  // Nearly all values stand in the text of their series as they are. To see that takes no look for what would need an
  // escape, but for quotes: values without quotes that are the same as a text without escapes have none to make.
  const Found found = with_known_size(values, [this](auto raw) {
    const LabelHash key = hash_labels(raw, hash_seed_);
    if (key.has_quotes) return Found();
    return index_.find(key.hash & hash_mask_, [&](const Series& series) {
      return series.has_raw_labels_ && order_.has_values(series.labels().text(), raw);
    });
  });
  return found.series ? found : find_or_make_escaped(values, kind);
}

Found SeriesTable::find_or_make_escaped(LabelValues values, const Kind& kind) {
  if (std::ranges::all_of(values, is_plain)) return make(values, true, hash(values), kind);
  const EscapedValues escaped(values);
  const std::uint32_t key = hash(escaped);
  if (!escaped.are_raw()) {
    const Found found = index_.find(
        key, [&](const Series& series) { return order_.has_values(series.labels().text(), LabelValues(escaped)); });
    if (found.series) return found;
  }
  return make(escaped, escaped.are_raw(), key, kind);
}

Found SeriesTable::make(LabelValues escaped, bool are_raw, std::uint32_t hash, const Kind& kind) {
  fmt::memory_buffer text;  // on the stack for usual lengths
  order_.render(escaped, text);
  const std::string_view labels(text.data(), text.size());
  Ref<Series> made(kind.make_series(labels));
  made->hash_ = hash;
  made->has_raw_labels_ = are_raw;

  Retirement outgrown;
  Series* series = nullptr;
  {
    const std::lock_guard lock(mutex_);
    series = index_.find_as_writer(hash, [&](const Series& other) { return other.labels().text() == labels; });
    if (series) {  // another thread was first
      series->retain();
    } else {
      list_.reserve_one();
      outgrown = index_.reserve_one();
      made->retain();  // for the table
      series = made.detach();
      index_.insert(series);
      list_.add(series);
    }
  }
  Reclaimer::retire(std::move(outgrown), Reclaimer::When::now);
  return {series, nullptr};
}

bool SeriesTable::remove(LabelValues values) {
  const EscapedValues escaped(values);
  Retirement retirement = retirement_of(nullptr);  // now, while it may fail
  {
    const std::lock_guard lock(mutex_);
    const Series* series = index_.find_as_writer(hash(escaped), [&](const Series& other) {
      return order_.has_values(other.labels().text(), LabelValues(escaped));
    });
    if (!series) return false;
    retirement->object = series;
    index_.erase(series);
    retirement = list_.remove(*series, std::move(retirement));
  }
  Reclaimer::retire(std::move(retirement));
  return true;
}

}  // namespace narthex::detail
