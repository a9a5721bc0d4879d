#include <cstddef>
#include <cstdio>
#include <deque>
#include <mutex>

#include <narthex/narthex.h>

class JobQueue {
 public:
  explicit JobQueue(narthex::Registry& registry)
      : depth_(registry.gauge_function({.name = "job_queue_depth", .help = "Jobs that wait in the queue."},
                                       [this] { return static_cast<double>(size()); })) {}
  JobQueue(const JobQueue&) = delete;  // the function refers to this object
  JobQueue& operator=(const JobQueue&) = delete;
  ~JobQueue() = default;

  void push(int job) {
    const std::lock_guard lock(mutex_);
    jobs_.push_back(job);
  }
  std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return jobs_.size();
  }

 private:
  mutable std::mutex mutex_;
  std::deque<int> jobs_;
  narthex::Registration depth_;  // the last member: it is destroyed first, and waits for a call that is running
};

int main() {
  narthex::Registry registry;
  {
    JobQueue queue(registry);
    queue.push(1);
    queue.push(2);
    std::fputs(narthex::to_text(registry).c_str(), stdout);
  }
  std::fputs(narthex::to_text(registry).c_str(), stdout);  // empty: the queue is gone, and so is its metric
}
