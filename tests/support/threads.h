#pragma once

#include <atomic>
#include <thread>
#include <vector>

namespace narthex {

// Runs `work(index)` on this number of threads and waits for all of them.
template <class Work>
void on_threads(int count, Work work) {
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) threads.emplace_back(work, i);
  for (std::thread& thread : threads) thread.join();
}

// Runs `work` repeatedly on a thread of its own until stopped, at least once.
class Repeatedly {
 public:
  template <class Work>
  explicit Repeatedly(Work work)
      : thread_([this, work] {
          do {
            work();
          } while (!stop_.load());
        }) {}
  Repeatedly(const Repeatedly&) = delete;
  Repeatedly& operator=(const Repeatedly&) = delete;
  ~Repeatedly() {
    stop_.store(true);
    thread_.join();
  }

 private:
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace narthex
