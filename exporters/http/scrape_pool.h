#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace narthex::detail {

// The threads that compute replies.
//
//   submit() --> waiting jobs of the path --> ready jobs --> a thread: collectors --> write permit --> writes the reply
//                while max_per_path are           while all threads are busy            one of max_writers
//                ready or running
//
// Collectors may hang, so each path has its own limit: one path cannot take the threads of another. grow() starts a
// further thread while ready jobs wait. Threads that are started stay. A path with few running jobs goes before one with
// many. max_writers limits the memory and the cores that are used at a time, also while many threads hang in collectors.
// Thread safety: all members may be called concurrently, except the destructor.
class ScrapePool {
  struct Path;

 public:
  using Clock = std::chrono::steady_clock;
  using Ticket = std::uint64_t;

  // Permission to write a reply, which the destructor releases. If several paths wait for one, the path that has the
  // fewest is first.
  class WritePermit {
   public:
    WritePermit(ScrapePool& pool, std::string_view path);
    WritePermit(const WritePermit&) = delete;
    WritePermit& operator=(const WritePermit&) = delete;
    ~WritePermit();

    void acquire();

   private:
    ScrapePool& pool_;
    Path& path_;
    bool is_acquired_ = false;
  };

  ScrapePool(int max_writers, std::size_t max_per_path);
  ScrapePool(const ScrapePool&) = delete;
  ScrapePool& operator=(const ScrapePool&) = delete;
  // Waits for running jobs. Drops the others.
  ~ScrapePool();

  // Runs a job for the path with this name on a thread of the pool, later. The job must not throw.
  Ticket submit(std::string_view name, std::function<void()> job);
  // Removes a job that has not started. Returns false if it has started or ended.
  bool cancel(Ticket ticket);
  // Starts a further thread if jobs are ready for kMaxReadyTime. Returns whether jobs are ready.
  bool grow();
  // Returns whether jobs are running.
  bool is_busy() const;

  static constexpr std::chrono::milliseconds kMaxReadyTime{10};

 private:
  struct Job {
    Ticket ticket;
    Path* path;
    std::function<void()> run;
    Clock::time_point ready_since;
  };
  using Jobs = std::list<Job>;  // moving a job from list to list needs no memory
  struct Path {
    std::size_t active = 0;           // its jobs that are ready or running
    std::size_t running = 0;          // its jobs that are running
    std::size_t writers = 0;          // its jobs that have a permit
    std::size_t waiting_writers = 0;  // its jobs that wait for one
    Jobs waiting{};
  };

  void stop();
  void run_jobs();
  void start_thread();
  // The next functions are called with the mutex locked.
  Path& path_of(std::string_view name);
  bool may_write(const Path& path) const noexcept;
  void finish(Path& path) noexcept;
  void make_ready(Jobs& from) noexcept;  // its first job

  const std::size_t max_writers_;
  const std::size_t max_per_path_;
  mutable std::mutex mutex_;
  std::condition_variable has_jobs_;
  std::condition_variable has_permits_;
  std::map<std::string, Path, std::less<>> paths_;
  Jobs ready_;
  Ticket last_ticket_ = 0;
  std::size_t running_ = 0;
  std::size_t writers_ = 0;
  bool stops_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace narthex::detail
