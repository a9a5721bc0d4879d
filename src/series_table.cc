#include "series_table.h"

#include <algorithm>
#include <memory>
#include <new>
#include <utility>

#include <fmt/format.h>

#include "escape.h"

namespace narthex::detail {

namespace {

// Drops the reference that the table held.
void release(const void* series) noexcept { static_cast<const Series*>(series)->release(); }

Retirement retirement_of(const Series* series) { return std::make_unique<Retired>(Retired{series, release}); }

}  // namespace

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

Found SeriesTable::find_or_make(LabelValues values, const Kind& kind) {
  // Nearly all values stand in the text of their series as they are. To see that takes no look for what would need an
  // escape, but for quotes: values without quotes that are the same as a text without escapes have none to make.
  const LabelHash key = hash(values);
  if (!key.has_quotes) {
    const Found found = index_.find(key.hash, [&](const Series& series) {
      return series.has_raw_labels_ && order_.has_values(series.labels().text(), values);
    });
    if (found.series) return found;
  }
  return find_or_make_escaped(values, key, kind);
}

Found SeriesTable::find_or_make_escaped(LabelValues values, LabelHash key, const Kind& kind) {
  if (std::ranges::all_of(values, is_plain)) return make(values, true, key.hash, kind);
  const EscapedValues escaped(values);
  const LabelHash escaped_key = hash(escaped);
  if (!escaped.are_raw()) {
    const Found found = index_.find(
        escaped_key.hash, [&](const Series& series) { return order_.has_values(series.labels().text(), escaped); });
    if (found.series) return found;
  }
  return make(escaped, escaped.are_raw(), escaped_key.hash, kind);
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
    const Series* series = index_.find_as_writer(
        hash(escaped).hash, [&](const Series& other) { return order_.has_values(other.labels().text(), escaped); });
    if (!series) return false;
    retirement->object = series;
    index_.erase(series);
    retirement = list_.remove(*series, std::move(retirement));
  }
  Reclaimer::retire(std::move(retirement));
  return true;
}

}  // namespace narthex::detail
