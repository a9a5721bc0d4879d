#include "registry/registered_collector.h"

#include <algorithm>
#include <exception>
#include <utility>

#include <fmt/format.h>
#include <narthex/detail/quote.h>
#include <narthex/error.h>

#include "registry/registry_state.h"

namespace narthex {

Collector::~Collector() = default;  // here, so that there is one vtable for all shared libraries

}  // namespace narthex

namespace narthex::detail {

namespace {

// A collector that was slow once, on a busy machine say, is not given up for good: after so many scrapes without it,
// one takes the risk.
constexpr int kMaxSkips = 20;

std::string name_of(const Collector* collector) {
  if (!collector) throw RegistrationError("collector: the pointer is null; pass a collector");
  std::string name(collector->name());
  if (name.empty()) {
    throw RegistrationError("collector '': name() must not be empty; it labels the metrics of the collector");
  }
  return name;
}

}  // namespace

RegisteredCollector::RegisteredCollector(std::shared_ptr<Collector> collector, std::weak_ptr<RegistryState> registry,
                                         std::shared_ptr<const Diagnostics> diagnostics)
    : name_(name_of(collector.get())),
      identity_(collector.get()),
      registry_(std::move(registry)),
      diagnostics_(std::move(diagnostics)),
      collector_(std::move(collector)) {}

class RegisteredCollector::Call {
 public:
  Call(RegisteredCollector& registered, const Deadline& deadline)
      : registered_(registered), collector_(registered.begin(deadline)) {}
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  ~Call() {
    if (!collector_) return;
    collector_.reset();  // if it was closed meanwhile this is its end, for which close() waits
    registered_.end(Clock::now() - start_);
  }

  Collector* collector() const noexcept { return collector_.get(); }

 private:
  RegisteredCollector& registered_;
  std::shared_ptr<Collector> collector_;
  const Clock::time_point start_ = Clock::now();
};

Recording::Families RegisteredCollector::run(const RegistryState& registry, const Deadline& deadline) {
  const Call call(*this, deadline);
  if (!call.collector()) return {};
  Recording recording(registry.labels(), registry.name_rule());
  try {
    call.collector()->collect(recording);
    return recording.take();
  } catch (const std::exception& error) {
    note_error(error.what());
  } catch (...) {
    note_error("it threw something that is no std::exception");
  }
  return {};
}

std::shared_ptr<Collector> RegisteredCollector::begin(const Deadline& deadline) {
  const std::lock_guard lock(mutex_);
  if (!collector_) return nullptr;
  if (runner_ == std::this_thread::get_id()) return nullptr;  // its own scrape: nobody misses anything
  if (runner_ != std::thread::id() || is_too_slow(deadline)) {
    totals_->skipped.fetch_add(1, std::memory_order_relaxed);  // relaxed: a sum orders nothing else
    return nullptr;
  }
  runner_ = std::this_thread::get_id();
  return collector_;
}

bool RegisteredCollector::is_too_slow(const Deadline& deadline) noexcept {
  const bool is_slow = deadline && last_duration_ && *last_duration_ > *deadline - Clock::now();
  if (is_slow && ++too_slow_in_a_row_ <= kMaxSkips) return true;
  too_slow_in_a_row_ = 0;
  return false;
}

void RegisteredCollector::end(Clock::duration duration) noexcept {
  const std::lock_guard lock(mutex_);
  runner_ = {};
  last_duration_ = duration;
  ended_.notify_all();  // under the mutex: who waits may destroy this then
}

void RegisteredCollector::close() noexcept {
  std::shared_ptr<Collector> collector;  // ends without the lock
  std::unique_lock lock(mutex_);
  collector = std::move(collector_);
  if (runner_ == std::this_thread::get_id()) return;
  ended_.wait(lock, [this] { return runner_ == std::thread::id(); });
}

void RegisteredCollector::unregister() noexcept {
  close();
  if (const auto registry = registry_.lock()) registry->forget(*this);
}

std::optional<double> RegisteredCollector::last_duration() const {
  const std::lock_guard lock(mutex_);
  if (!last_duration_) return std::nullopt;
  return std::chrono::duration<double>(*last_duration_).count();
}

void RegisteredCollector::note_error(std::string_view what) {
  totals_->errors.fetch_add(1, std::memory_order_relaxed);  // relaxed: a sum orders nothing else
  if (!told_.is_new({})) return;  // a family has a name, so that the empty one is free for this
  std::string line = fmt::format("collector {} fails: {}", quote(name_), what);
  std::ranges::replace_if(
      line, [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');  // it stays one
  diagnostics_->log(line);
}

void RegisteredCollector::note_clash(std::string_view family, std::string_view reason) {
  totals_->clashes.fetch_add(1, std::memory_order_relaxed);  // relaxed: as above
  if (told_.is_new(family)) diagnostics_->log(fmt::format("collector {}: {}", quote(name_), reason));
}

}  // namespace narthex::detail
