#include "registry/registered_collector.h"

#include <algorithm>
#include <exception>
#include <utility>

#include <fmt/format.h>
#include <narthex/detail/quote.h>
#include <narthex/error.h>

#include "registry/registry_state.h"

namespace narthex {

Collector::~Collector() = default;  // defined here, so that all shared libraries use one vtable

}  // namespace narthex

namespace narthex::detail {

namespace {

// A collector may be slow only once, for example on a busy machine. After this many skipped scrapes, it is called
// again.
constexpr int kMaxSkips = 20;

// The number of calls that run on this thread, one inside the other. Only the outermost scrape of a thread waits:
// otherwise two collectors that find each other running would wait for each other.
constinit thread_local int t_call_depth = 0;

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
                                         Scope::Ptr scope, Names names, std::shared_ptr<const Diagnostics> diagnostics)
    : name_(name_of(collector.get())),
      identity_(collector.get()),
      registry_(std::move(registry)),
      scope_(std::move(scope)),
      names_(names),
      diagnostics_(std::move(diagnostics)),
      collector_(std::move(collector)) {}

// The execution of a call by this thread. The call ends with this object.
class RegisteredCollector::Execution {
 public:
  Execution(RegisteredCollector& registered, BeginResult& begun) noexcept
      : registered_(registered), call_(*begun.call), collector_(std::move(begun.collector)) {
    ++t_call_depth;
  }
  Execution(const Execution&) = delete;
  Execution& operator=(const Execution&) = delete;
  ~Execution() {
    collector_.reset();  // if it was closed meanwhile, this destroys it, and close() waits for that
    --t_call_depth;
    registered_.end(call_, Clock::now() - start_);
  }

  void run(const RegistryState& registry) { call_.families = registered_.collect(*collector_, registry); }

 private:
  RegisteredCollector& registered_;
  CollectorCall& call_;
  std::shared_ptr<Collector> collector_;
  const Clock::time_point start_ = Clock::now();
};

std::shared_ptr<CollectorCall> RegisteredCollector::run(const RegistryState& registry, const Deadline& deadline) {
  BeginResult begun = begin(deadline);
  if (begun.collector) Execution(*this, begun).run(registry);
  return std::move(begun.call);
}

bool RegisteredCollector::wait(const CollectorCall& call, Clock::time_point deadline) {
  if (call.ended.wait(deadline)) return true;
  totals_->skipped.fetch_add(1, std::memory_order_relaxed);  // relaxed: a sum orders nothing else
  return false;
}

RegisteredCollector::BeginResult RegisteredCollector::begin(const Deadline& deadline) {
  const std::lock_guard lock(mutex_);
  if (!collector_) return {};
  if (running_ && !running_->can_end()) running_.reset();
  if (running_ && t_call_depth == 0) return {running_, nullptr};
  if (running_ && running_->is_on_this_thread()) return {};  // the outer scrape serves the samples
  if (running_ || is_too_slow(deadline)) {
    totals_->skipped.fetch_add(1, std::memory_order_relaxed);  // relaxed: a sum orders nothing else
    return {};
  }
  running_ = std::make_shared<CollectorCall>();
  return {running_, collector_};
}

Recording::Families RegisteredCollector::collect(Collector& collector, const RegistryState& registry) {
  const bool needs_prefix = scope_ && names_ == Names::without_prefix;
  Recording recording(needs_prefix ? std::string_view(scope_->prefix()) : std::string_view(),
                      scope_ ? scope_->all_labels() : registry.labels(), registry.name_rule());
  try {
    collector.collect(recording);
    return recording.take();
  } catch (const std::exception& error) {
    report_error(error.what());
  } catch (...) {
    report_error("it threw an exception that is not a std::exception");
  }
  return {};
}

bool RegisteredCollector::is_too_slow(const Deadline& deadline) noexcept {
  const bool is_slow = deadline && last_duration_ && *last_duration_ > *deadline - Clock::now();
  if (is_slow && ++too_slow_in_a_row_ <= kMaxSkips) return true;
  too_slow_in_a_row_ = 0;
  return false;
}

void RegisteredCollector::end(CollectorCall& call, Clock::duration duration) noexcept {
  {
    const std::lock_guard lock(mutex_);
    running_.reset();
    last_duration_ = duration;
  }
  call.ended.set();  // last: a thread in close() may destroy this object afterwards
}

std::shared_ptr<Collector> RegisteredCollector::close() noexcept {
  std::shared_ptr<Collector> collector;
  std::shared_ptr<CollectorCall> call;
  {
    const std::lock_guard lock(mutex_);
    collector = std::move(collector_);
    call = running_;
  }
  if (call && call->can_end() && !call->is_on_this_thread()) call->ended.wait({});
  return collector;
}

void RegisteredCollector::unregister() noexcept {
  // Destroyed last: until it is removed, no other collector gets its address, which identifies it.
  const std::shared_ptr<Collector> collector = close();
  if (const auto registry = registry_.lock()) registry->remove(*this);
}

bool RegisteredCollector::is_running() const {
  const std::lock_guard lock(mutex_);
  return running_ && running_->can_end();
}

std::optional<double> RegisteredCollector::last_duration() const {
  const std::lock_guard lock(mutex_);
  if (!last_duration_) return std::nullopt;
  return std::chrono::duration<double>(*last_duration_).count();
}

void RegisteredCollector::report_error(std::string_view what) {
  totals_->errors.fetch_add(1, std::memory_order_relaxed);  // relaxed: a sum orders nothing else
  std::string line = fmt::format("collector {} fails: {}", quote(name_), what);
  std::ranges::replace_if(
      line, [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');  // so that it stays one line
  // Last, so that the line is not lost without memory. The empty key: report_clash() uses names of families, which are
  // not empty.
  if (logged_.is_new({})) diagnostics_->log(line);
}

void RegisteredCollector::report_clash(std::string_view family, std::string_view reason) {
  totals_->clashes.fetch_add(1, std::memory_order_relaxed);  // relaxed: as above
  const std::string line = fmt::format("collector {}: {}", quote(name_), reason);
  if (logged_.is_new(family)) diagnostics_->log(line);
}

}  // namespace narthex::detail
