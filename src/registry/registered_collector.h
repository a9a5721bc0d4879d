#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include <narthex/collector.h>

#include "base/diagnostics.h"
#include "base/log_once_per_key.h"
#include "registry/recording.h"

namespace narthex::detail {

class RegistryState;

// When a scrape has to be done; none: it takes the time that it takes.
using Deadline = std::optional<std::chrono::steady_clock::time_point>;

// What went wrong with the collectors of one name.
struct CollectorTotals {
  std::atomic<std::uint64_t> errors{0};   // calls that threw, and samples that a format refused
  std::atomic<std::uint64_t> skipped{0};  // scrapes that did without
  std::atomic<std::uint64_t> clashes{0};  // samples that somebody else had served already
};

// A collector in one registry: called by one thread at a time, and no more once it is closed.
//
//   runner_    none <--> the thread of the call        under the mutex, which nobody holds during the call
//   collector_ there --> null, when it is closed
//
// Invariant: when close() returns, no call is under way and none will come, but for the one that close() was called in.
class RegisteredCollector {
 public:
  // Throws RegistrationError unless there is a collector with a name.
  RegisteredCollector(std::shared_ptr<Collector> collector, std::weak_ptr<RegistryState> registry,
                      std::shared_ptr<const Diagnostics> diagnostics);

  const std::string& name() const noexcept { return name_; }
  const Collector* identity() const noexcept { return identity_; }
  const std::shared_ptr<CollectorTotals>& totals() const noexcept { return totals_; }
  // Lets collectors of one name count together. Before others know this one.
  void share_totals(const RegisteredCollector& other) noexcept { totals_ = other.totals_; }

  // Calls the collector of a registry and returns what it gave; nothing if it failed, or was not called: another call is under way, it
  // is closed, or its last call took longer than there is time left.
  Recording::Families run(const RegistryState& registry, const Deadline& deadline);

  // How long its last call took, in seconds.
  std::optional<double> last_duration() const;

  // Counted, and told the first time.
  void note_error(std::string_view what);
  // Samples of a family are left out: counted, and told the first time.
  void note_clash(std::string_view family, std::string_view reason);

  // Closes it, and takes it out of its registry.
  void unregister() noexcept;

 private:
  using Clock = std::chrono::steady_clock;
  class Call;

  // Returns the collector, for this thread alone until end(); null: it is not to be called.
  std::shared_ptr<Collector> begin(const Deadline& deadline);
  void end(Clock::duration duration) noexcept;
  bool is_too_slow(const Deadline& deadline) noexcept;
  void close() noexcept;

  const std::string name_;
  const Collector* const identity_;
  const std::weak_ptr<RegistryState> registry_;
  const std::shared_ptr<const Diagnostics> diagnostics_;
  std::shared_ptr<CollectorTotals> totals_ = std::make_shared<CollectorTotals>();
  LogOncePerKey told_;

  mutable std::mutex mutex_;
  std::condition_variable ended_;
  std::shared_ptr<Collector> collector_;
  std::thread::id runner_;
  std::optional<Clock::duration> last_duration_;
  int too_slow_in_a_row_ = 0;
};

}  // namespace narthex::detail
