#pragma once

#include <atomic>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <sys/types.h>

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

// Waits until a thread of this process is blocked or has ended. The kernel shows a blocked thread as "42 (name) S ...".
inline void wait_until_blocked(pid_t thread) {
  for (std::string state; state != "S"; std::this_thread::yield()) {
    std::ifstream file("/proc/self/task/" + std::to_string(thread) + "/stat");
    std::string line;
    if (!std::getline(file, line)) return;
    state = line.substr(line.rfind(')') + 2, 1);
  }
}

}  // namespace narthex
