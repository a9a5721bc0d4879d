#include "civetweb/blocking_gate.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
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
  std::unique_ptr<ByteStream> tls_stream(int) override { return nullptr; }

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
  for (const std::size_t before : {0u, 3u}) {  // the second time, the calls of the first time have ended
    std::vector<std::future<Admission>> calls;
    for (std::size_t i = 1; i <= 3; ++i) calls.push_back(begin(before + i));
    const auto has_ended = [](const std::future<Admission>& call) {
      return call.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
    };
    while (std::ranges::none_of(calls, has_ended)) std::this_thread::yield();
    EXPECT_EQ(gate_.admit({}, "known").status, 200);
    for (std::size_t i = 0; i < 3; ++i) waiting_->callbacks[before + i]({.status = 200});
    std::multiset<int> statuses;
    for (std::future<Admission>& call : calls) statuses.insert(call.get().status);
    EXPECT_EQ(statuses, (std::multiset<int>{200, 200, 503}));
  }
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
