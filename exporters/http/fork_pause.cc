#include "http/fork_pause.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <utility>
#include <vector>

#include <pthread.h>

namespace narthex::detail {

namespace {

constexpr std::chrono::milliseconds kMaxPause{200};

}  // namespace

// Where the forking thread and the I/O thread wait for each other.
struct ForkPause::Rendezvous {
  std::mutex mutex;
  std::condition_variable changed;
  bool is_paused = false;
  bool is_over = false;
};

// The objects of the process, and the handlers of pthread_atfork().
struct ForkPause::Handlers {
  static Handlers& get() {
    static Handlers& handlers = *new Handlers;  // never destroyed: a fork may happen later
    return handlers;
  }

  Handlers() {
    ::pthread_atfork([] { get().prepare(); }, [] { get().in_parent(); }, [] { get().in_child(); });
  }

  void prepare() noexcept {
    mutex.lock();
    for (ForkPause* one : all) one->pause();
  }
  void in_parent() noexcept {
    for (ForkPause* one : all) one->resume();
    mutex.unlock();
  }
  void in_child() noexcept {
    for (ForkPause* one : all) one->resume_in_child();
    mutex.unlock();
  }

  std::mutex mutex;
  std::vector<ForkPause*> all;
};

ForkPause::ForkPause(std::mutex& post_mutex, std::function<void(std::function<void()>)> post)
    : post_mutex_(post_mutex), post_(std::move(post)) {
  const std::lock_guard lock(Handlers::get().mutex);
  Handlers::get().all.push_back(this);
}

ForkPause::~ForkPause() {
  const std::lock_guard lock(Handlers::get().mutex);
  std::erase(Handlers::get().all, this);
}

void ForkPause::pause() noexcept {
  post_mutex_.lock();
  if (is_child_) return;  // it has no I/O thread
  is_whole_ = false;
  if (std::this_thread::get_id() == io_thread_) return;
  try {
    rendezvous_ = std::make_shared<Rendezvous>();
    post_([meeting = rendezvous_] {
      std::unique_lock lock(meeting->mutex);
      meeting->is_paused = true;
      meeting->changed.notify_all();
      meeting->changed.wait(lock, [&] { return meeting->is_over; });
    });
    std::unique_lock lock(rendezvous_->mutex);
    is_whole_ = rendezvous_->changed.wait_for(lock, kMaxPause, [this] { return rendezvous_->is_paused; });
  } catch (const std::exception&) {  // no memory: the child's copy counts as broken
  }
}

void ForkPause::resume() noexcept {
  if (const auto meeting = is_child_ ? nullptr : std::move(rendezvous_)) {
    const std::lock_guard lock(meeting->mutex);
    meeting->is_over = true;
    meeting->changed.notify_all();
  }
  post_mutex_.unlock();
}

// Keeps the rendezvous: in the child's copy of it, the I/O thread still waits.
void ForkPause::resume_in_child() noexcept {
  is_child_ = true;
  post_mutex_.unlock();
}

}  // namespace narthex::detail
