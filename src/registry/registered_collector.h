#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <narthex/collector.h>

#include "base/diagnostics.h"
#include "base/event.h"
#include "base/fork_gate.h"
#include "base/log_once_per_key.h"
#include "base/mutex.h"
#include "families/scope.h"
#include "registry/recording.h"

namespace narthex::detail {

class RegistryState;

// The time at which a scrape must end. Without a value, a scrape has no time limit.
using Deadline = std::optional<std::chrono::steady_clock::time_point>;

// Counts of all collectors of one name.
struct CollectorTotals {
  std::atomic<std::uint64_t> errors{0};  // calls that threw, and samples that a format refused
  std::atomic<std::uint64_t> skipped{
      0};  // scrapes that left out the samples, except nested ones on the thread of the call
  std::atomic<std::uint64_t> clashes{0};  // samples left out, because another source has the series or the name
};

// One call of a collector. The scrape that makes the call and the scrapes that wait for it share the result.
struct CollectorCall {
  // False in the child of a fork for a call on a thread that the child does not have: it never ends.
  bool can_end() const noexcept { return ForkGate::may_exist(thread, generation); }
  bool is_on_this_thread() const noexcept { return thread == ForkGate::this_thread(); }

  const std::uint64_t thread = ForkGate::this_thread();
  const std::uint32_t generation = ForkGate::generation();
  Event ended;
  Recording::Families families;  // only `thread` uses it before the call ends; then empty if the collector threw
};

// A collector in one registry. One thread at a time calls it. It is not called after close().
//
//   running_   null <--> the current call        changes under the mutex; no thread holds the mutex during a call
//   collector_ set   --> null, when it is closed
//
// Invariant: when close() returns, no call is running and none will start. Exception: close() called inside a call
// returns before that call ends.
class RegisteredCollector {
 public:
  // Whether the families of the collector have the prefix of the scope already.
  enum class Names : bool { without_prefix, complete };

  // Throws RegistrationError unless there is a collector with a name.
  RegisteredCollector(std::shared_ptr<Collector> collector, std::weak_ptr<RegistryState> registry, Scope::Ptr scope,
                      Names names, std::shared_ptr<const Diagnostics> diagnostics);

  const std::string& name() const noexcept { return name_; }
  const Collector* identity() const noexcept { return identity_; }
  // Null for the whole registry.
  const Scope* scope() const noexcept { return scope_.get(); }
  const std::shared_ptr<CollectorTotals>& totals() const noexcept { return totals_; }
  // Makes collectors of one name share their counts. Call it before other threads can use this collector.
  void share_totals(const RegisteredCollector& other) noexcept { totals_ = other.totals_; }

  // Calls the collector and returns the call, which has ended. If another scrape is calling it, returns that call,
  // which may still be running. Returns null if the collector is closed, if its last call took longer than the time
  // left, or if it is running and this thread is inside a collector: a nested scrape never waits.
  std::shared_ptr<CollectorCall> run(const RegistryState& registry, const Deadline& deadline);
  // Waits for the end of a call that run() returned. Returns false and counts a skip if it is still running then.
  bool wait(const CollectorCall& call, std::chrono::steady_clock::time_point deadline);

  bool is_running() const;
  // Returns the duration of the last call in seconds.
  std::optional<double> last_duration() const;

  // Counts an error, and logs the first one.
  void report_error(std::string_view what);
  // Counts samples of a family that are left out, and logs the first time for each family.
  void report_clash(std::string_view family, std::string_view reason);

  // Closes the collector and removes it from its registry.
  void unregister() noexcept;

 private:
  using Clock = std::chrono::steady_clock;
  class Execution;
  struct BeginResult {
    std::shared_ptr<CollectorCall> call;   // null: this scrape leaves out the samples
    std::shared_ptr<Collector> collector;  // null unless this thread makes the call
  };

  // Returns the running call, or begins one. No other thread calls the collector until end().
  BeginResult begin(const Deadline& deadline);
  void end(CollectorCall& call, Clock::duration duration) noexcept;
  Recording::Families collect(Collector& collector, const RegistryState& registry);
  bool is_too_slow(const Deadline& deadline) noexcept;
  // Prevents further calls and waits for a running one. Returns the collector, or null if it was closed before.
  std::shared_ptr<Collector> close() noexcept;

  const std::string name_;
  const Collector* const identity_;
  const std::weak_ptr<RegistryState> registry_;
  const Scope::Ptr scope_;
  const Names names_;
  const std::shared_ptr<const Diagnostics> diagnostics_;
  std::shared_ptr<CollectorTotals> totals_ = std::make_shared<CollectorTotals>();
  LogOncePerKey logged_;

  mutable Mutex mutex_;
  std::shared_ptr<Collector> collector_;
  std::shared_ptr<CollectorCall> running_;
  std::optional<Clock::duration> last_duration_;
  int too_slow_in_a_row_ = 0;
};

}  // namespace narthex::detail
