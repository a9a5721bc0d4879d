// A series in use is not freed, and a removed series is not found.

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>
#include <narthex/narthex.h>

#include "base/mutex.h"
#include "base/totals.h"
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
  Mutex mutex;
  Series* series = Series::make<Watched>("");
  list.reserve_one();
  list.add(series);
  std::optional<SeriesList::Cursor> one(std::in_place, list, mutex);
  std::optional<SeriesList::Cursor> another(std::in_place, list, mutex);
  Reclaimer::retire(list.remove(*series, make_retired(series)), Reclaimer::When::now);
  EXPECT_EQ(alive, 1);
  one.reset();
  Reclaimer::retire(make_retired(Series::make<Watched>("")), Reclaimer::When::now);
  EXPECT_EQ(alive, 1);
  another.reset();
  Reclaimer::retire(make_retired(Series::make<Watched>("")), Reclaimer::When::now);
  EXPECT_EQ(alive, 0);
}

TEST(SeriesList, FreesASeriesThatWasInTheBatchBefore) {
  SeriesList list;
  Mutex mutex;
  std::vector<Series*> all;
  for (std::size_t i = 0; i <= SeriesList::Cursor::kBatch; ++i) {
    list.reserve_one();
    list.add(all.emplace_back(Series::make<Watched>("")));
  }
  const int alive_before = alive;
  SeriesList::Cursor cursor(list, mutex);
  Reclaimer::retire(list.remove(*all.front(), make_retired(all.front())), Reclaimer::When::now);
  EXPECT_EQ(alive, alive_before);
  EXPECT_TRUE(cursor.advance());
  Reclaimer::retire(make_retired(Series::make<Watched>("")), Reclaimer::When::now);
  EXPECT_EQ(alive, alive_before - 1);
  for (const Series* series : list.positions()) {
    if (series) series->release();
  }
}

// Batches of a list are full, except the last one, which may be empty.
TEST(SeriesList, GivesEachSeriesToACursorOnce) {
  constexpr std::size_t kBatch = SeriesList::Cursor::kBatch;
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, kBatch - 1, kBatch, kBatch + 1, 2 * kBatch}) {
    SeriesList list;
    Mutex mutex;
    std::vector<Series*> all;
    for (std::size_t i = 0; i < size; ++i) {
      list.reserve_one();
      list.add(all.emplace_back(Series::make<Watched>("")));
    }
    std::vector<Series*> seen;
    {
      SeriesList::Cursor cursor(list, mutex);
      do {
        seen.insert(seen.end(), cursor.batch().begin(), cursor.batch().end());
      } while (cursor.advance());
    }
    EXPECT_TRUE(seen == all) << size;
    for (const Series* series : all) series->release();
  }
}

TEST(SeriesList, UsesTheMemoryOfHolesAgain) {
  SeriesList list;
  std::vector<Series*> all;
  const auto add = [&](std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      list.reserve_one();
      list.add(all.emplace_back(Series::make<Watched>("")));
    }
  };
  add(1024);
  for (std::size_t i = 0; i < 256; ++i) {
    list.erase(*all[2 * i]);
    all[2 * i]->release();
    all[2 * i] = nullptr;
  }
  EXPECT_EQ(list.positions().size(), 1024);
  add(200);
  std::erase(all, nullptr);
  EXPECT_EQ(list.positions().size(), 968) << "the list was not compacted when it was full";
  EXPECT_TRUE(std::ranges::equal(list.positions(), all));
  for (const Series* series : all) {
    EXPECT_TRUE(list.has(*series));
    series->release();
  }
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

#if !defined(__SANITIZE_THREAD__)  // it uses no membarrier(2)

// Makes the kernel refuse membarrier(2) from now on, as the seccomp filter of a daemon does.
bool refuse_membarrier() {
  sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_membarrier, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog filter{.len = std::size(code), .filter = code};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

// Runs `work` in a child process and returns what it writes to stderr. Its exit status is 0 if `work` returns true.
template <class Work>
std::string stderr_of_child(Work work, int& status) {
  int ends[2];
  if (pipe(ends) != 0) return "no pipe";
  const pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], STDERR_FILENO);
    _exit(work() ? 0 : 1);
  }
  close(ends[1]);
  std::string text;
  char buffer[1024];
  for (ssize_t size; (size = read(ends[0], buffer, sizeof buffer)) > 0;)
    text.append(buffer, static_cast<std::size_t>(size));
  close(ends[0]);
  waitpid(child, &status, 0);
  return text;
}

TEST(Reclaimer, ReportsOnceThatTheKernelRefusesItsFence) {
  int status = -1;
  const std::string text = stderr_of_child(
      [] {
        Registry registry;
        const auto family = registry.counter({.name = "hits_total", .help = "Hits."}, {"what"});
        const auto churn = [&] {
          for (int i = 0; i < 1000; ++i) family.remove((family.labels(i).inc(), i));
        };
        churn();
        if (totals().deferred_objects > 200 || !refuse_membarrier()) return false;
        churn();
        churn();
        return totals().deferred_objects >= 2000;
      },
      status);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  EXPECT_EQ(
      text,
      "narthex: the kernel refuses membarrier(2), which it allowed when the process started: the memory of removed "
      "series is not freed any more (narthex_deferred_objects counts it); allow membarrier(2) in the seccomp "
      "filter\n");
}

#endif

}  // namespace
}  // namespace narthex::detail
