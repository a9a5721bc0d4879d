#pragma once

#include <atomic>
#include <cstdint>

#include <pthread.h>

namespace narthex::detail {

// Keeps fork() and the holders of a Mutex apart. The child of a fork has only the thread that forked. A mutex that
// another thread held would stay locked in the child, and its data would stay half changed.
//
//   state_      [ closed: 1 bit | threads inside: 31 bits ]
//
//   holder of a Mutex:    enter()   waits while it is closed, then adds 1          leave()   subtracts 1
//   thread that forks:    close()   sets the bit, then waits until all have left   open()    clears the bit
//
// Invariant: during a fork, no other thread is inside. A thread enters once, however many mutexes it holds, so that it
// never waits for the gate while another thread waits for its mutex.
class ForkGate {
 public:
  // Keeps a fork away from a block, for example from the construction of a static object.
  class Pass {
   public:
    Pass() noexcept { enter(); }
    Pass(const Pass&) = delete;
    Pass& operator=(const Pass&) = delete;
    ~Pass() { leave(); }
  };

  static void enter() noexcept;
  // Returns false instead of waiting.
  static bool try_enter() noexcept;
  static void leave() noexcept;

  // The handlers of pthread_atfork(). Other handlers that run between them may enter the gate.
  static void close() noexcept;
  static void open() noexcept;
  static void open_in_child() noexcept;

  // Returns the number of forks that led to this process.
  static std::uint32_t generation() noexcept { return generation_; }
  // Returns false if a thread of a generation does not exist any more: a child has only the thread that forked.
  static bool may_exist(pthread_t thread, std::uint32_t generation) noexcept {
    return generation == generation_ || pthread_equal(thread, forked_) != 0;
  }

 private:
  static constexpr std::uint32_t kClosed = std::uint32_t{1} << 31;

  static constinit std::atomic<std::uint32_t> state_;
  // They change only while the process has one thread.
  static constinit std::uint32_t generation_;
  static constinit pthread_t forked_;  // the thread of the last fork
};

}  // namespace narthex::detail
