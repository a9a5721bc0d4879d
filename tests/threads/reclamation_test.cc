// A series in use is not freed, and a removed series is not found.

#include <atomic>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <narthex/narthex.h>

#include "families/series_index.h"
#include "families/series_list.h"
#include "support/threads.h"

namespace narthex::detail {
namespace {

std::atomic<int> alive{0};

// Its hash is 0, because no SeriesTable has set it.
struct Watched final : Series {
  Watched() { alive.fetch_add(1); }
  ~Watched() override { alive.fetch_sub(1); }
  void collect(Sink&) const override {}
};

Series* insert(SeriesIndex& index) {
  Reclaimer::retire(index.reserve_one(), Reclaimer::When::now);
  Series* series = Series::make<Watched>("");
  index.insert(series);
  return series;
}

RetiredPtr make_retired(Series* series) {
  const auto release = [](const void* retired) noexcept { static_cast<const Series*>(retired)->release(); };
  return std::make_unique<Retired>(Retired{series, release});
}

void erase(SeriesIndex& index, Series* series) {
  index.erase(series);
  Reclaimer::retire(make_retired(series), Reclaimer::When::now);
}

// Here and in the next test the writer runs inside the reader's comparison, so that the two always interleave.
TEST(SeriesIndex, FreesNoSeriesThatAReaderReadsOrHolds) {
  SeriesIndex index;
  Series* in_use = insert(index);
  {
    const HazardPtr<Series> held(index.find(0, [&](const Series&) {
      erase(index, in_use);
      EXPECT_EQ(alive, 1);
      return true;
    }));
    EXPECT_EQ(held.operator->(), in_use);
    erase(index, insert(index));
    EXPECT_EQ(alive, 1);
  }
  erase(index, insert(index));
  EXPECT_EQ(alive, 0);
}

// The reader still searches the old entries, which contain the removed series.
TEST(SeriesIndex, FindsNoSeriesThatWasRemovedFromNewerEntries) {
  SeriesIndex index;
  Series* other = insert(index);
  Series* wanted = insert(index);
  std::vector<Series*> newer;
  const LookupResult found = index.find(0, [&](const Series& series) {
    if (newer.empty()) {
      while (newer.size() < 4) newer.push_back(insert(index));
      erase(index, wanted);
    }
    return &series == wanted;
  });
  EXPECT_EQ(found.series, nullptr);
  erase(index, other);
  for (Series* series : newer) erase(index, series);
  EXPECT_EQ(alive, 0);
}

// Each series is freed as soon as no reader uses it. A sanitizer reports a use after that.
TEST(SeriesIndex, FreesNoSeriesDuringLookups) {
  SeriesIndex index;
  Series* last = insert(index);
  std::atomic<bool> done{false};
  on_threads(4, [&](int thread) {
    if (thread == 0) {
      for (int i = 0; i < 20'000; ++i) {
        Series* next = insert(index);
        erase(index, std::exchange(last, next));
      }
      done.store(true);
    }
    while (!done.load()) {
      const HazardPtr<Series> found(index.find(0, [](const Series&) { return true; }));
      EXPECT_TRUE(!found || found->labels().text().empty());
    }
  });
  erase(index, last);
  EXPECT_EQ(alive, 0);
}

TEST(SeriesList, FreesNoSeriesInABatchOfAScrape) {
  SeriesList list;
  std::mutex mutex;
  Series* series = Series::make<Watched>("");
  list.reserve_one();
  list.add(series);
  SeriesList::Cursor one(list, mutex);
  SeriesList::Cursor another(list, mutex);
  one.next();
  another.next();
  Reclaimer::retire(list.remove(*series, make_retired(series)), Reclaimer::When::now);
  EXPECT_EQ(alive, 1);
  one.next();
  Reclaimer::retire(make_retired(Series::make<Watched>("")), Reclaimer::When::now);
  EXPECT_EQ(alive, 1);
  another.next();
  Reclaimer::retire(make_retired(Series::make<Watched>("")), Reclaimer::When::now);
  EXPECT_EQ(alive, 0);
}

// The last owner deletes the series after the uses of all others. Only the reference count synchronizes them.
TEST(Reference, IsReleasedAfterItsUpdates) {
  for (int round = 0; round < 20; ++round) {
    std::vector<Counter> handles;
    {
      Registry registry;
      handles.assign(4, registry.counter({.name = "hits_total", .help = "Hits."}));
    }
    on_threads(4, [&handles](int thread) {
      const Counter own = std::move(handles[static_cast<std::size_t>(thread)]);
      own.inc();
    });
  }
}

}  // namespace
}  // namespace narthex::detail
