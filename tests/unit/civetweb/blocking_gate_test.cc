#include "civetweb/blocking_gate.h"

#include <chrono>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace narthex::detail {
namespace {

// A gate that checks passwords when the test says so. The test keeps the callbacks.
class ManualGate final : public WebGate {
 public:
  struct Waiting {
    std::mutex mutex;
    std::vector<Callback> callbacks;

    std::size_t size() {
      const std::lock_guard lock(mutex);
      return callbacks.size();
    }
  };

  explicit ManualGate(std::shared_ptr<Waiting> waiting) : waiting_(std::move(waiting)) {}

  std::optional<Admission> admit(const ClientAddress&, std::string_view authorization, Callback done) override {
    if (authorization == "known") return Admission{.headers = "immediate"};
    const std::lock_guard lock(waiting_->mutex);
    waiting_->callbacks.push_back(std::move(done));
    return std::nullopt;
  }
  bool has_tls() const noexcept override { return false; }
  std::shared_ptr<const TlsContext> tls_context() override { return nullptr; }
  std::uint64_t reload_failures() const noexcept override { return 0; }

 private:
  const std::shared_ptr<Waiting> waiting_;
};

class BlockingGateTest : public testing::Test {
 protected:
  // Begins a call that waits for its password.
  std::future<Admission> begin(std::size_t expected_waiting) {
    auto call = std::async(std::launch::async, [this] { return gate_.admit({}, "unknown"); });
    while (waiting_->size() < expected_waiting) std::this_thread::yield();
    return call;
  }

  const std::shared_ptr<ManualGate::Waiting> waiting_ = std::make_shared<ManualGate::Waiting>();
  BlockingGate gate_{std::make_unique<ManualGate>(waiting_), 2};
};

TEST_F(BlockingGateTest, WaitsForTheDecision) {
  EXPECT_EQ(gate_.admit({}, "known").headers, "immediate");
  std::future<Admission> first = begin(1);
  std::future<Admission> second = begin(2);
  waiting_->callbacks[1]({.status = 401, .headers = "second"});
  EXPECT_EQ(second.get().headers, "second");
  waiting_->callbacks[0]({.status = 200, .headers = "first"});
  EXPECT_EQ(first.get().headers, "first");
}

TEST_F(BlockingGateTest, LimitsTheNumberOfWaitingCalls) {
  std::future<Admission> first = begin(1);
  std::future<Admission> second = begin(2);
  std::future<Admission> third = begin(3);
  // One of the three did not wait.
  const auto is_busy = [](std::future<Admission>& call) {
    return call.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  };
  while (!is_busy(first) && !is_busy(second) && !is_busy(third)) std::this_thread::yield();
  EXPECT_EQ(gate_.admit({}, "known").status, 200);
  for (const WebGate::Callback& done : waiting_->callbacks) done({.status = 200});
  std::multiset<int> statuses{first.get().status, second.get().status, third.get().status};
  EXPECT_EQ(statuses, (std::multiset<int>{200, 200, 503}));
  std::future<Admission> fourth = begin(4);
  waiting_->callbacks[3]({.status = 200});
  EXPECT_EQ(fourth.get().status, 200) << "the others have ended";
}

TEST_F(BlockingGateTest, EndsWaitingCallsWhenItStops) {
  std::future<Admission> call = begin(1);
  gate_.stop();
  const Admission ended = call.get();
  EXPECT_EQ(ended.status, 503);
  EXPECT_EQ(ended.headers, "Retry-After: 1\r\n");
  EXPECT_EQ(gate_.admit({}, "unknown").status, 503);
  waiting_->callbacks[0]({.status = 200});  // comes too late, and has no effect
}

}  // namespace
}  // namespace narthex::detail
