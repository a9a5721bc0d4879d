#include "push/push_worker.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace narthex::detail {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLong{60'000};

// Counts pushes, and runs a function in each.
class CountingTarget final : public PushTarget {
 public:
  using Function = std::function<PushResult(const PushDeadline& deadline, bool is_last)>;

  CountingTarget(std::atomic<int>& pushes, Function function) : pushes_(pushes), function_(std::move(function)) {}

  PushResult push(const PushDeadline& deadline, bool is_last) override {
    ++pushes_;
    return function_(deadline, is_last);
  }

 private:
  std::atomic<int>& pushes_;
  const Function function_;
};

PushResult success() { return {.outcome = PushOutcome::success}; }

class PushWorkerTest : public ::testing::Test {
 protected:
  std::unique_ptr<PushWorker> worker(milliseconds interval, CountingTarget::Function function,
                                     milliseconds timeout = kLong, milliseconds shutdown_timeout = kLong) {
    return std::make_unique<PushWorker>(
        PushWorker::Options{.exporter = "test exporter",
                            .interval = interval,
                            .timeout = timeout,
                            .shutdown_timeout = shutdown_timeout,
                            .diagnostic = [this](std::string_view line) { lines_.emplace_back(line); }},
        std::make_unique<CountingTarget>(pushes_, std::move(function)), totals_);
  }

  std::uint64_t count(PushOutcome outcome) const { return totals_.pushes[static_cast<std::size_t>(outcome)]; }

  std::atomic<int> pushes_{0};
  PushTotals totals_{"test", "http://localhost"};
  std::vector<std::string> lines_;  // written by the thread of the worker, and read after its end
};

TEST_F(PushWorkerTest, PushesInEachInterval) {
  auto pushing = worker(milliseconds(2), [](const auto&, bool) { return success(); });
  while (pushes_ < 5) std::this_thread::yield();
  pushing.reset();
  EXPECT_EQ(count(PushOutcome::success), static_cast<std::uint64_t>(pushes_));
  EXPECT_GT(totals_.last_success_ms, 1'700'000'000'000);
  EXPECT_TRUE(lines_.empty());
}

TEST_F(PushWorkerTest, PushesALastTimeInItsDestructor) {
  std::vector<bool> is_last;
  auto pushing = worker(kLong, [&](const auto&, bool last) {
    is_last.push_back(last);
    return success();
  });
  EXPECT_TRUE(pushing->flush(kLong));
  pushing.reset();
  ASSERT_GE(is_last.size(), 2U);
  for (std::size_t i = 0; i + 1 < is_last.size(); ++i) EXPECT_FALSE(is_last[i]);
  EXPECT_TRUE(is_last.back());
}

TEST_F(PushWorkerTest, FlushWaitsForAPushThatBeginsAfterIt) {
  std::atomic<int> value{0};
  std::atomic<int> pushed{-1};
  const auto pushing = worker(milliseconds(1), [&](const auto&, bool) {
    pushed = value.load();
    return success();
  });
  for (int i = 1; i <= 100; ++i) {
    value = i;
    ASSERT_TRUE(pushing->flush(kLong));
    ASSERT_GE(pushed, i);
  }
}

TEST_F(PushWorkerTest, ConcurrentCallsOfFlushAllReturn) {
  const auto pushing = worker(kLong, [](const auto&, bool) { return success(); });
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 100; ++j) EXPECT_TRUE(pushing->flush(kLong));
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_F(PushWorkerTest, FlushReturnsFalseIfThePushFails) {
  const auto pushing = worker(kLong, [](const auto&, bool) { return PushResult{.reason = "no reply"}; });
  EXPECT_FALSE(pushing->flush(kLong));
}

TEST_F(PushWorkerTest, FlushReturnsFalseAfterItsTimeout) {
  std::atomic<bool> may_end{false};
  const auto pushing = worker(kLong, [&](const auto&, bool) {
    while (!may_end) std::this_thread::yield();
    return success();
  });
  EXPECT_FALSE(pushing->flush(milliseconds(20)));
  may_end = true;
}

TEST_F(PushWorkerTest, LimitsAPushByTheIntervalAndTheTimeout) {
  std::atomic<PushClock::duration> left{kLong};
  const auto read = [&](const PushDeadline& deadline, bool is_last) {
    if (!is_last) left = deadline.end() - PushClock::now();
    return success();
  };
  EXPECT_TRUE(worker(kLong, read, milliseconds(1'000))->flush(kLong));
  EXPECT_LE(left.load(), milliseconds(1'000));
  EXPECT_TRUE(worker(milliseconds(2'000), read)->flush(kLong));
  EXPECT_LE(left.load(), milliseconds(2'000));
}

TEST_F(PushWorkerTest, ItsDestructorShortensAPushThatRuns) {
  std::atomic<bool> is_running{false};
  auto pushing = worker(
      kLong,
      [&](const PushDeadline& deadline, bool) {
        is_running = true;
        while (deadline.wait_for(milliseconds(10'000))) {
        }
        return PushResult{.reason = "no time left"};
      },
      kLong, milliseconds(50));
  std::thread flusher([&] { EXPECT_FALSE(pushing->flush(milliseconds(20))); });
  while (!is_running) std::this_thread::yield();
  flusher.join();
  const auto start = PushClock::now();
  pushing.reset();
  EXPECT_LT(PushClock::now() - start, milliseconds(10'000));
  EXPECT_EQ(pushes_, 2);
}

TEST_F(PushWorkerTest, CountsAnExceptionAsAFailedPush) {
  auto pushing = worker(kLong, [](const auto&, bool) -> PushResult { throw std::runtime_error("no memory"); });
  EXPECT_FALSE(pushing->flush(kLong));
  pushing.reset();
  EXPECT_EQ(count(PushOutcome::failed), 2U);
  EXPECT_EQ(lines_, std::vector<std::string>{"test exporter: no memory"});
}

TEST_F(PushWorkerTest, LogsTheFirstFailureAndTheSuccessAfterIt) {
  const std::vector<PushResult> results{{.reason = "a"}, {.reason = "a"}, {.reason = "b"},
                                        success(),       success(),       {.reason = "b"}};
  auto pushing = worker(kLong, [&](const auto&, bool is_last) {
    return is_last ? success() : results[static_cast<std::size_t>(pushes_) - 1];
  });
  for (std::size_t i = 0; i < results.size(); ++i) pushing->flush(kLong);
  pushing.reset();
  EXPECT_EQ(lines_, (std::vector<std::string>{
                        "test exporter: a", "test exporter: a push has succeeded again, after 3 pushes that did not",
                        "test exporter: b", "test exporter: a push has succeeded again, after 1 pushes that did not"}));
}

TEST_F(PushWorkerTest, DoesNotPushInItsDestructorWithoutTime) {
  auto pushing = worker(
      kLong, [](const auto&, bool) { return success(); }, kLong, milliseconds(0));
  EXPECT_TRUE(pushing->flush(kLong));
  const int before = pushes_;
  pushing.reset();
  EXPECT_EQ(pushes_, before);
}

TEST_F(PushWorkerTest, FlushReturnsFalseOnItsThread) {
  std::atomic<bool> is_ready{false};
  std::atomic<bool> has_flushed{true};
  std::unique_ptr<PushWorker> pushing;
  pushing = worker(kLong, [&](const auto&, bool is_last) {
    while (!is_ready) std::this_thread::yield();
    if (!is_last) has_flushed = pushing->flush(kLong);
    return success();
  });
  is_ready = true;
  EXPECT_TRUE(pushing->flush(kLong));
  EXPECT_FALSE(has_flushed);
}

TEST_F(PushWorkerTest, FlushTakesAnyTimeout) {
  const auto pushing = worker(kLong, [](const auto&, bool) { return success(); });
  EXPECT_TRUE(pushing->flush(milliseconds::max()));
  pushing->flush(milliseconds::min());
}

TEST_F(PushWorkerTest, AddsUpResults) {
  auto pushing = worker(kLong, [](const auto&, bool) {
    return PushResult{
        .outcome = PushOutcome::rejected, .reason = "a", .sent_bytes = 10, .rejected_samples = 2, .dropped_samples = 1};
  });
  pushing->flush(kLong);
  pushing.reset();
  EXPECT_EQ(count(PushOutcome::rejected), 2U);
  EXPECT_EQ(totals_.sent_bytes, 20U);
  EXPECT_EQ(totals_.rejected_samples, 4U);
  EXPECT_EQ(totals_.dropped_samples, 2U);
  EXPECT_EQ(totals_.last_success_ms, 0);
}

TEST_F(PushWorkerTest, DoesNothingInTheChildOfAFork) {
  auto pushing = worker(milliseconds(1), [](const auto&, bool) { return success(); });
  while (pushes_ == 0) std::this_thread::yield();
  const pid_t child = ::fork();
  if (child == 0) {
    const bool has_flushed = pushing->flush(kLong);
    pushing.reset();
    ::_exit(has_flushed ? 1 : 0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace narthex::detail
