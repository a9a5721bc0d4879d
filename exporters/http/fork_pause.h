#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

namespace narthex::detail {

// Stops the I/O thread of a server during each fork(), between two of its handlers, so that the child finds the
// server's state whole and asio's locks free:
//
//   forking thread:  locks the post mutex, posts a handler, waits until it runs    fork()    wakes it, unlocks
//   I/O thread:                             runs the handler, which waits ...................
//
// If the I/O thread does not reach the handler within kMaxPause, or if it is the thread that forks, the child's copy
// counts as broken.
// Thread safety: one thread at a time. fork() may be called concurrently.
class ForkPause {
 public:
  // `post` runs a function on the I/O thread, and is called with `post_mutex` locked.
  ForkPause(std::mutex& post_mutex, std::function<void(std::function<void()>)> post);
  ForkPause(const ForkPause&) = delete;
  ForkPause& operator=(const ForkPause&) = delete;
  ~ForkPause();

  void set_io_thread(std::thread::id id) noexcept { io_thread_ = id; }
  // Returns whether the process has forked since this object was created, and this is the child.
  bool is_child() const noexcept { return is_child_; }
  // Returns whether the server's state is whole in the child.
  bool is_whole() const noexcept { return is_whole_; }

 private:
  struct Handlers;
  struct Rendezvous;

  void pause() noexcept;
  void resume() noexcept;
  void resume_in_child() noexcept;

  std::mutex& post_mutex_;
  std::atomic<std::thread::id> io_thread_{};
  const std::function<void(std::function<void()>)> post_;
  std::shared_ptr<Rendezvous> rendezvous_;
  bool is_child_ = false;
  bool is_whole_ = false;
};

}  // namespace narthex::detail
