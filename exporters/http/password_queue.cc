#include "http/password_queue.h"

#include <algorithm>
#include <condition_variable>
#include <list>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <variant>

#include <unistd.h>

#include "http/block_signals.h"

namespace narthex::detail {

class PasswordQueue::Impl {
 public:
  Impl() = default;
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    {
      const std::lock_guard lock(mutex_);
      is_stopped_ = true;
    }
    changed_.notify_one();
    if (thread_.joinable()) thread_.join();
  }

  // Waiting on a condition variable or for a thread that the fork() did not copy would never end.
  bool belongs_to_another_process() const noexcept { return process_ != ::getpid(); }

  std::optional<PasswordVerdict> check(const PasswordUsers& users, std::string_view authorization,
                                       const ClientAddress& client, Done done) {
    auto found = check_.look_up(users, authorization);
    if (const auto* verdict = std::get_if<PasswordVerdict>(&found)) return *verdict;
    Jobs job;
    job.push_back({std::get<PasswordCheck::Candidate>(std::move(found)), std::move(done)});
    {
      const std::lock_guard lock(mutex_);
      if (!is_accepted(client, job)) return PasswordVerdict::kBusy;
    }
    changed_.notify_one();
    return std::nullopt;
  }

 private:
  struct Job {
    PasswordCheck::Candidate candidate;
    Done done;
  };
  using Jobs = std::list<Job>;  // a list, so that moving a job or a place needs no memory
  struct Place {
    ClientAddress client;
    Jobs jobs{};
  };

  // Moves the job into the ring if there is space for it.
  bool is_accepted(const ClientAddress& client, Jobs& job) {
    auto place = std::ranges::find(ring_, client, &Place::client);
    const std::size_t own = place == ring_.end() ? 0 : place->jobs.size();
    if (own >= kMaxPerAddress || waiting_ >= (own == 0 ? kMaxWaiting : kMaxWaiting / 2) || !is_running()) return false;
    if (own == 0) place = ring_.insert(ring_.end(), Place{client});
    place->jobs.splice(place->jobs.end(), job);
    ++waiting_;
    return true;
  }

  // Starts the thread if necessary. Returns false if the system has no thread for it.
  bool is_running() {
    if (thread_.joinable()) return true;
    const BlockSignals blocked;
    try {
      thread_ = std::thread([this] { run(); });
    } catch (const std::system_error&) {
      return false;
    }
    return true;
  }

  void run() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return is_stopped_ || !ring_.empty(); });
      if (is_stopped_) return;
      Jobs job = next();
      lock.unlock();
      job.front().done(check_.compare(job.front().candidate));
      job.clear();  // without the lock, because the callback may own objects of the caller
      lock.lock();
    }
  }

  // Returns the next job, in a list of its own.
  Jobs next() {
    Place& place = ring_.front();
    Jobs job;
    job.splice(job.end(), place.jobs, place.jobs.begin());
    --waiting_;
    if (place.jobs.empty()) {
      ring_.pop_front();
    } else {
      ring_.splice(ring_.end(), ring_, ring_.begin());
    }
    return job;
  }

  const pid_t process_ = ::getpid();
  PasswordCheck check_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::list<Place> ring_;
  std::size_t waiting_ = 0;  // number of jobs in the ring
  bool is_stopped_ = false;
  std::thread thread_;
};

PasswordQueue::PasswordQueue() : impl_(std::make_unique<Impl>()) {}

PasswordQueue::~PasswordQueue() {
  if (impl_->belongs_to_another_process()) static_cast<void>(impl_.release());
}

std::optional<PasswordVerdict> PasswordQueue::check(const PasswordUsers& users, std::string_view authorization,
                                                    const ClientAddress& client, Done done) {
  return impl_->check(users, authorization, client, std::move(done));
}

}  // namespace narthex::detail
