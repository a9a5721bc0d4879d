#include "http/scrape_pool.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "http/block_signals.h"

namespace narthex::detail {

ScrapePool::WritePermit::WritePermit(ScrapePool& pool, std::string_view path)
    : pool_(pool), path_([&]() -> Path& {
        const std::lock_guard lock(pool.mutex_);
        return pool.path_of(path);
      }()) {}

ScrapePool::WritePermit::~WritePermit() {
  if (!is_acquired_) return;
  const std::lock_guard lock(pool_.mutex_);
  --pool_.writers_;
  --path_.writers;
  pool_.has_permits_.notify_all();
}

void ScrapePool::WritePermit::acquire() {
  std::unique_lock lock(pool_.mutex_);
  ++path_.waiting_writers;
  pool_.has_permits_.wait(lock, [this] { return pool_.may_write(path_); });
  --path_.waiting_writers;
  ++path_.writers;
  ++pool_.writers_;
  is_acquired_ = true;
  pool_.has_permits_.notify_all();  // another path may be the next one now
}

ScrapePool::ScrapePool(int max_writers, std::size_t max_per_path)
    : max_writers_(static_cast<std::size_t>(max_writers)), max_per_path_(max_per_path) {
  try {
    for (std::size_t i = 0; i < std::min(max_writers_, max_per_path_); ++i) start_thread();
  } catch (...) {
    stop();
    throw;
  }
}

ScrapePool::~ScrapePool() { stop(); }

void ScrapePool::stop() {
  {
    const std::lock_guard lock(mutex_);
    stops_ = true;
    ready_.clear();
    for (auto& [name, path] : paths_) path.waiting.clear();
  }
  has_jobs_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void ScrapePool::start_thread() {
  const BlockSignals block;
  threads_.emplace_back([this] { run_jobs(); });
}

ScrapePool::Ticket ScrapePool::submit(std::string_view name, std::function<void()> job) {
  Ticket ticket = 0;
  {
    const std::lock_guard lock(mutex_);
    Path& path = path_of(name);
    Jobs one;
    one.push_back({last_ticket_ + 1, &path, std::move(job), {}});
    if (path.active == max_per_path_) {
      path.waiting.splice(path.waiting.end(), one);
    } else {
      ++path.active;
      make_ready(one);
    }
    ticket = ++last_ticket_;
  }
  has_jobs_.notify_one();  // after the mutex is released, because the thread that wakes up needs it
  return ticket;
}

ScrapePool::Path& ScrapePool::path_of(std::string_view name) {
  const auto found = paths_.find(name);
  return found != paths_.end() ? found->second : paths_.try_emplace(std::string(name)).first->second;
}

bool ScrapePool::may_write(const Path& path) const noexcept {
  return writers_ < max_writers_ && std::ranges::none_of(paths_, [&](const auto& entry) {
           return entry.second.waiting_writers > 0 && entry.second.writers < path.writers;
         });
}

bool ScrapePool::cancel(Ticket ticket) {
  Jobs cancelled;  // destroyed after the lock is released
  const std::lock_guard lock(mutex_);
  const auto take_from = [&](Jobs& jobs) {
    const auto found = std::ranges::find(jobs, ticket, &Job::ticket);
    if (found == jobs.end()) return false;
    cancelled.splice(cancelled.end(), jobs, found);
    return true;
  };
  for (auto& [name, path] : paths_) {
    if (take_from(path.waiting)) return true;
  }
  if (!take_from(ready_)) return false;
  finish(*cancelled.front().path);
  has_jobs_.notify_one();  // rarely, so it may be before the mutex is released
  return true;
}

// The next job of the path takes the place of one that has ended.
void ScrapePool::finish(Path& path) noexcept {
  if (path.waiting.empty()) {
    --path.active;
  } else {
    make_ready(path.waiting);
  }
}

void ScrapePool::make_ready(Jobs& from) noexcept {
  from.front().ready_since = Clock::now();
  ready_.splice(ready_.end(), from, from.begin());
}

bool ScrapePool::grow() {
  const std::lock_guard lock(mutex_);
  if (ready_.empty()) return false;
  if (running_ < threads_.size()) return true;  // a thread is about to take the job
  if (Clock::now() - ready_.front().ready_since < kMaxReadyTime) return true;
  try {
    start_thread();
  } catch (const std::system_error&) {  // the system has no more threads: the jobs wait for the others
  }
  return true;
}

bool ScrapePool::is_busy() const {
  const std::lock_guard lock(mutex_);
  return running_ > 0;
}

void ScrapePool::run_jobs() {
  std::unique_lock lock(mutex_);
  for (;;) {
    has_jobs_.wait(lock, [this] { return stops_ || !ready_.empty(); });
    if (stops_) return;
    Jobs job;
    const auto running = [](const Job& one) { return one.path->running; };
    job.splice(job.end(), ready_, std::ranges::min_element(ready_, {}, running));
    Path& path = *job.front().path;
    ++path.running;
    ++running_;
    lock.unlock();
    job.front().run();
    job.clear();  // destroys what it holds before the lock is taken
    lock.lock();
    --path.running;
    --running_;
    if (!stops_) finish(path);  // this thread takes the job that becomes ready
  }
}

}  // namespace narthex::detail
