#include "http/scrape_pool.h"

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>

namespace narthex::detail {
namespace {

// A job that runs until release().
class HungJob {
 public:
  std::function<void()> job() {
    return [this] {
      started_.set_value();
      released_.get_future().wait();
    };
  }
  // Starts threads as HttpServer does, until the job has started.
  void wait_until_started(ScrapePool& pool) {
    const auto started = started_.get_future();
    while (started.wait_for(ScrapePool::kMaxReadyTime) == std::future_status::timeout) pool.grow();
  }
  void release() { released_.set_value(); }

 private:
  std::promise<void> started_;
  std::promise<void> released_;
};

// Starts threads as HttpServer does, until a job has run.
void run_in(ScrapePool& pool, std::string_view path) {
  std::promise<void> ran;
  auto result = ran.get_future();
  pool.submit(path, [&ran] { ran.set_value(); });
  while (result.wait_for(ScrapePool::kMaxReadyTime) == std::future_status::timeout) pool.grow();
}

TEST(ScrapePool, RunsJobsOnItsThreads) {
  ScrapePool pool(2, 16);
  std::promise<std::thread::id> thread;
  pool.submit("/a", [&] { thread.set_value(std::this_thread::get_id()); });
  EXPECT_NE(thread.get_future().get(), std::this_thread::get_id());
}

TEST(ScrapePool, StartsThreadsWhileJobsHang) {
  std::vector<HungJob> hung(10);
  ScrapePool pool(2, 16);  // ends before the jobs are destroyed
  for (HungJob& one : hung) pool.submit("/a", one.job());
  run_in(pool, "/a");
  for (HungJob& one : hung) one.release();
}

TEST(ScrapePool, LimitsTheJobsOfEachPath) {
  std::vector<HungJob> hung(3);
  ScrapePool pool(2, 3);  // ends before the jobs are destroyed
  for (HungJob& one : hung) pool.submit("/hangs", one.job());
  std::atomic<bool> has_run = false;
  pool.submit("/hangs", [&] { has_run = true; });
  run_in(pool, "/other");
  for (HungJob& one : hung) one.wait_until_started(pool);
  EXPECT_FALSE(has_run) << "three jobs of the path are running";
  hung.front().release();
  run_in(pool, "/hangs");
  EXPECT_TRUE(has_run) << "jobs of a path run in their order";
  hung[1].release();
  hung[2].release();
}

TEST(ScrapePool, CancelsJobsThatHaveNotStarted) {
  std::atomic<bool> has_run = false;
  HungJob hung;
  {
    ScrapePool pool(1, 1);
    const ScrapePool::Ticket running = pool.submit("/a", hung.job());
    hung.wait_until_started(pool);
    const ScrapePool::Ticket waiting = pool.submit("/a", [&] { has_run = true; });
    const ScrapePool::Ticket ready = pool.submit("/b", [&] { has_run = true; });
    EXPECT_FALSE(pool.cancel(running));
    EXPECT_TRUE(pool.cancel(waiting));
    EXPECT_FALSE(pool.cancel(waiting));
    EXPECT_TRUE(pool.cancel(ready));
    EXPECT_TRUE(pool.is_busy());
    hung.release();
    run_in(pool, "/a");
    run_in(pool, "/b");
  }
  EXPECT_FALSE(has_run);
}

TEST(ScrapePool, DropsWaitingJobsInItsDestructor) {
  HungJob hung;
  ScrapePool pool(1, 1);  // ends only if the waiting jobs are destroyed, which releases the running one
  pool.submit("/a", hung.job());
  hung.wait_until_started(pool);
  const auto release = [&](void*) { hung.release(); };
  for (const auto last = std::shared_ptr<void>(nullptr, release); const char* path : {"/a", "/b"}) {
    pool.submit(path, [last] { FAIL() << "it should have been dropped"; });
  }
}

TEST(ScrapePool, LimitsTheWriters) {
  ScrapePool pool(2, 16);
  std::atomic<int> writers = 0;
  std::atomic<int> max_writers = 0;
  std::atomic<int> left = 8;
  for (int i = 0; i < 8; ++i) {
    pool.submit("/a", [&] {
      ScrapePool::WritePermit permit(pool, "/a");
      permit.acquire();
      const int now = ++writers;
      for (int seen = max_writers; seen < now && !max_writers.compare_exchange_weak(seen, now);) {
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      --writers;
      --left;
    });
  }
  while (left > 0) {
    pool.grow();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_LE(max_writers, 2);
}

}  // namespace
}  // namespace narthex::detail
