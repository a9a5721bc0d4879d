#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

namespace narthex::detail {

// Remembers what was told already, a hundred names at most: what is wrong in every scrape is no news in the second.
class LogOncePerKey {
 public:
  // Returns whether nobody has asked for this name before.
  bool is_new(std::string_view name) {
    const std::lock_guard lock(mutex_);
    return names_.size() < kMost && !names_.contains(name) && names_.emplace(name).second;
  }

 private:
  static constexpr std::size_t kMost = 100;

  std::mutex mutex_;
  std::set<std::string, std::less<>> names_;
};

}  // namespace narthex::detail
