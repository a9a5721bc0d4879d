#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

/// A list of tasks in memory. All members may be called concurrently.
class Tasks {
 public:
  void add(std::string task) {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
  }

  /// Returns all tasks, one on each line.
  std::string list() const {
    const std::lock_guard lock(mutex_);
    std::string text;
    for (const std::string& task : tasks_) text += task + "\n";
    return text;
  }

  std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return tasks_.size();
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> tasks_;
};
