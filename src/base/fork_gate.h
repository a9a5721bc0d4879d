#pragma once

#include <atomic>
#include <cstdint>

#include <narthex/detail/export.h>

namespace narthex::detail {

// Keeps fork() and the holders of a Mutex apart. The child of a fork has only the thread that forked. A mutex that
// another thread held would stay locked in the child, and its data would stay half changed.
//
//   state_      [ closed: 1 bit | threads inside: 31 bits ]
//
//   holder of a Mutex:    enter()   waits while it is closed, then adds 1          leave()   subtracts 1
//   thread that forks:    close()   sets the bit, then waits until all have left   open()    clears the bit
//
// Invariant: during a fork, no other thread is inside. Exception: a thread that is inside may fork, for example in an
// allocator, and then its fork waits for nothing.
// Rule: a thread that is inside waits only for a Mutex. A thread enters once, however many mutexes it holds, so that it
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

  NARTHEX_EXPORT static void enter() noexcept;
  // Returns false instead of waiting.
  NARTHEX_EXPORT static bool try_enter() noexcept;
  NARTHEX_EXPORT static void leave() noexcept;

  // Registers the next three functions by pthread_atfork(), at the first call. It is not called when the program is
  // loaded, because close() must run before the handler of an allocator, which locks the allocator: handlers that are
  // registered later run earlier.
  NARTHEX_EXPORT static void register_handlers() noexcept;
  static void close() noexcept;
  static void open() noexcept;
  static void open_in_child() noexcept;

  // Returns the number of forks that led to this process.
  static std::uint32_t generation() noexcept { return generation_; }
  // Returns the number of this thread, which no other thread has or had in this process or in a child of it.
  static std::uint64_t this_thread() noexcept;
  // Returns false if a thread of a generation does not exist any more: a child has only the thread that forked.
  static bool may_exist(std::uint64_t thread, std::uint32_t generation) noexcept {
    return generation == generation_ || thread == forked_;
  }

 private:
  static constexpr std::uint32_t kClosed = std::uint32_t{1} << 31;

  static constinit std::atomic<std::uint32_t> state_;
  // They change only while the process has one thread.
  static constinit std::uint32_t generation_;
  static constinit std::uint64_t forked_;  // the thread of the last fork
};

}  // namespace narthex::detail
