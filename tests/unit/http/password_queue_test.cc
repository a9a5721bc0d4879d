#include "http/password_queue.h"

#include <atomic>
#include <csignal>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/basic_authorization.h"
#include "support/client_addresses.h"

namespace narthex::detail {
namespace {

using testing::ElementsAre;

// Output of `htpasswd -nbBC 4 "" "open sesame"`.
const PasswordUsers kUsers{{"ali", "$2y$04$cTdlIu0f0rUhDVvPnWew8OmIdrlRqojp9aqmcXcGx1Euo/MuxK2p6"}};
const std::string kRight = basic("ali:open sesame");
const std::string kWrong = basic("ali:open barley");
const ClientAddress kScraper = client_at("10.0.0.1");
const ClientAddress kGuesser = client_at("10.0.0.2");

// A queue whose thread is occupied until release().
class OccupiedQueue {
 public:
  OccupiedQueue() {
    std::promise<void> begun;
    queue_->check(kUsers, kWrong, ClientAddress(), [&, released = released_.get_future().share()](PasswordVerdict) {
      begun.set_value();
      released.wait();
    });
    begun.get_future().wait();
  }
  ~OccupiedQueue() { release(); }
  OccupiedQueue(const OccupiedQueue&) = delete;
  OccupiedQueue& operator=(const OccupiedQueue&) = delete;

  PasswordQueue& operator*() const { return *queue_; }
  PasswordQueue* operator->() const { return queue_.get(); }

  // Lets the thread continue.
  void release() {
    if (!std::exchange(is_released_, true)) released_.set_value();
  }

 private:
  std::promise<void> released_;
  bool is_released_ = false;
  std::unique_ptr<PasswordQueue> queue_ = std::make_unique<PasswordQueue>();
};

// Checks a password and waits for the verdict.
PasswordVerdict verdict_of(PasswordQueue& queue, const std::string& authorization) {
  std::promise<PasswordVerdict> verdict;
  const auto immediate =
      queue.check(kUsers, authorization, kScraper, [&](PasswordVerdict found) { verdict.set_value(found); });
  return immediate ? *immediate : verdict.get_future().get();
}

void ignore(PasswordVerdict) {}

TEST(PasswordQueue, ReturnsTheVerdict) {
  PasswordQueue queue;
  EXPECT_EQ(verdict_of(queue, kRight), PasswordVerdict::kRight);
  EXPECT_EQ(verdict_of(queue, kWrong), PasswordVerdict::kWrong);
  EXPECT_EQ(verdict_of(queue, basic("unknown:open sesame")), PasswordVerdict::kWrong);
  EXPECT_EQ(verdict_of(queue, "nonsense"), PasswordVerdict::kWrong);
}

TEST(PasswordQueue, KnowsACorrectPasswordWhileOthersWait) {
  std::promise<void> checked;
  OccupiedQueue queue;
  EXPECT_EQ(queue->check(kUsers, kRight, kScraper, [&](PasswordVerdict) { checked.set_value(); }), std::nullopt);
  EXPECT_EQ(queue->check(kUsers, "nonsense", kScraper, ignore), PasswordVerdict::kWrong);
  queue.release();
  checked.get_future().wait();
  EXPECT_EQ(queue->check(kUsers, kRight, kScraper, ignore), PasswordVerdict::kRight);
  EXPECT_EQ(queue->check(kUsers, kWrong, kScraper, ignore), std::nullopt);
}

TEST(PasswordQueue, ServesTheAddressesInTurn) {
  std::vector<std::string> order;
  std::promise<void> finished;
  OccupiedQueue queue;
  const auto wait = [&](const char* host, const std::string& name) {
    const auto verdict = queue->check(kUsers, kWrong, client_at(host), [&, name](PasswordVerdict) {
      order.push_back(name);
      if (order.size() == 9) finished.set_value();
    });
    EXPECT_EQ(verdict, std::nullopt);
  };
  for (const char* name : {"a1", "a2", "a3", "a4"}) wait("10.0.0.1", name);
  for (const char* name : {"b1", "b2"}) wait("10.0.0.2", name);
  wait("2001:db8::1", "c1");
  wait("2001:db8::2", "c2");
  wait("2001:db8:0:1::1", "d1");
  queue.release();
  finished.get_future().wait();
  EXPECT_THAT(order, ElementsAre("a1", "b1", "c1", "d1", "a2", "b2", "c2", "a3", "a4"));
}

TEST(PasswordQueue, IsBusyForAnAddressWithSixteenWaitingChecks) {
  OccupiedQueue queue;
  for (int i = 0; i < 20; ++i) {
    const auto verdict = queue->check(kUsers, kWrong, kGuesser, ignore);
    EXPECT_EQ(verdict, i < 16 ? std::nullopt : std::optional(PasswordVerdict::kBusy)) << i;
  }
  EXPECT_EQ(queue->check(kUsers, kRight, kScraper, ignore), std::nullopt) << "another address may wait";
}

TEST(PasswordQueue, IsBusyWhile1024ChecksWait) {
  OccupiedQueue queue;
  for (int i = 0; i < 1030; ++i) {
    const std::string host = "10.1." + std::to_string(i / 256) + "." + std::to_string(i % 256);
    EXPECT_EQ(queue->check(kUsers, kWrong, client_at(host), ignore),
              i < 1024 ? std::nullopt : std::optional(PasswordVerdict::kBusy));
  }
}

// Otherwise 64 addresses would keep all others out.
TEST(PasswordQueue, KeepsHalfOfItsSpaceForTheFirstChecksOfAddresses) {
  OccupiedQueue queue;
  int waiting = 0;
  for (int i = 0; i < 16 * 64; ++i) {
    const ClientAddress client = client_at("10.1.0." + std::to_string(i % 64));
    waiting += queue->check(kUsers, kWrong, client, ignore) ? 0 : 1;
  }
  EXPECT_EQ(waiting, 512);
  EXPECT_EQ(queue->check(kUsers, kRight, kScraper, ignore), std::nullopt);
  EXPECT_EQ(queue->check(kUsers, kRight, kScraper, ignore), PasswordVerdict::kBusy);
}

// The next check of a guesser is behind the one that waits, however fast its requests follow each other.
TEST(PasswordQueue, ChecksTheScraperWhileOthersGuess) {
  for (const bool is_same_address : {false, true}) {
    std::atomic<int> guesses{0};
    std::atomic<bool> ends{false};
    std::function<void(PasswordVerdict)> guess;
    std::promise<int> checked;
    PasswordQueue queue;  // the last, because its thread uses the others until it is destroyed
    guess = [&](PasswordVerdict) {
      ++guesses;
      if (!ends) queue.check(kUsers, kWrong, is_same_address ? kScraper : kGuesser, guess);
    };
    for (int i = 0; i < 8; ++i) guess(PasswordVerdict::kWrong);
    while (guesses < 20) std::this_thread::yield();
    const int before = guesses;
    queue.check(kUsers, kRight, kScraper, [&](PasswordVerdict verdict) {
      EXPECT_EQ(verdict, PasswordVerdict::kRight);
      checked.set_value(guesses - before);
    });
    EXPECT_LE(checked.get_future().get(), is_same_address ? 9 : 3);
    ends = true;
  }
}

TEST(PasswordQueue, DropsWaitingChecksWhenItIsDestroyed) {
  const PasswordUsers slow{{"ali", "$2y$10$" + std::string(53, '.')}};  // 300 checks take about 15 s
  std::atomic<int> called{0};
  const auto owned = std::make_shared<int>();
  {
    PasswordQueue queue;
    for (int i = 0; i < 300; ++i) {
      const ClientAddress client = client_at("10.0.1." + std::to_string(i % 200));
      queue.check(slow, kWrong, client, [&called, owned](PasswordVerdict) { ++called; });
    }
  }
  EXPECT_LT(called, 300);
  EXPECT_EQ(owned.use_count(), 1) << "all callbacks are destroyed";
}

TEST(PasswordQueue, BlocksAllSignalsOnItsThread) {
  std::promise<sigset_t> blocked;
  PasswordQueue queue;
  queue.check(kUsers, kWrong, kScraper, [&](PasswordVerdict) {
    sigset_t signals;
    ::pthread_sigmask(SIG_SETMASK, nullptr, &signals);
    blocked.set_value(signals);
  });
  const sigset_t signals = blocked.get_future().get();
  for (const int signal : {SIGTERM, SIGINT, SIGUSR1, SIGPROF, SIGCHLD}) EXPECT_EQ(::sigismember(&signals, signal), 1);
  sigset_t own;
  ::pthread_sigmask(SIG_SETMASK, nullptr, &own);
  EXPECT_EQ(::sigismember(&own, SIGTERM), 0) << "the calling thread is not changed";
}

TEST(PasswordQueue, CanBeDestroyedInAForkedChild) {
  auto queue = std::make_optional<PasswordQueue>();
  EXPECT_EQ(verdict_of(*queue, kWrong), PasswordVerdict::kWrong);  // the thread waits now
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(20);  // ends a child that waits for the thread of the parent
    queue.reset();
    ::_exit(0);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(verdict_of(*queue, kRight), PasswordVerdict::kRight);
}

TEST(PasswordQueue, CanBeCalledConcurrently) {
  PasswordQueue queue;
  EXPECT_EQ(verdict_of(queue, kRight), PasswordVerdict::kRight);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      for (int n = 0; n < 10; ++n) {
        const PasswordVerdict expected = i % 2 ? PasswordVerdict::kWrong : PasswordVerdict::kRight;
        EXPECT_EQ(verdict_of(queue, i % 2 ? kWrong : kRight), expected);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace narthex::detail
