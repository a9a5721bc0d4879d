#pragma once

#include <latch>
#include <thread>
#include <vector>

namespace narthex::bench {

// Threads that do their work at the same time and then stay alive until the end of the scope.
class LiveThreads {
 public:
  // `work` is called with the number of its thread.
  template <class Work>
  LiveThreads(int count, Work work) : worked_(count) {
    for (int thread = 0; thread < count; ++thread) {
      threads_.emplace_back([this, work, thread] {
        work(thread);
        worked_.count_down();
        end_.wait();
      });
    }
    worked_.wait();
  }
  LiveThreads(const LiveThreads&) = delete;
  LiveThreads& operator=(const LiveThreads&) = delete;
  ~LiveThreads() { end_.count_down(); }

 private:
  std::latch worked_;
  std::latch end_{1};
  std::vector<std::jthread> threads_;  // last: joined before the latches are destroyed
};

}  // namespace narthex::bench
