#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>

namespace narthex::detail {

// Something that happens once, and that threads wait for. Unlike a condition variable, it needs no mutex, and threads
// that wait at a fork() leave nothing behind in the child.
class Event {
 public:
  using Deadline = std::optional<std::chrono::steady_clock::time_point>;

  Event() = default;
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  ~Event() = default;

  // What this thread did before happens before the waiting threads continue.
  void set() noexcept;
  // Returns false if it has not happened before the deadline. Without a deadline it waits as long as necessary.
  bool wait(const Deadline& deadline) const noexcept;

 private:
  std::atomic<std::uint32_t> has_happened_{0};
};

}  // namespace narthex::detail
