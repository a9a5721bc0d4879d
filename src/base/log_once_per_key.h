#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "base/mutex.h"

namespace narthex::detail {

// Remembers the first 100 keys that a line was logged for, so that an error of every scrape is logged once.
// Thread safety: all members may be called concurrently.
class LogOncePerKey {
 public:
  // Returns true at the first call for a key, and false if there are 100 keys already.
  bool is_new(std::string_view key) {
    const std::lock_guard lock(mutex_);
    return keys_.size() < kMaxKeys && !keys_.contains(key) && keys_.emplace(key).second;
  }

 private:
  static constexpr std::size_t kMaxKeys = 100;

  Mutex mutex_;
  std::set<std::string, std::less<>> keys_;
};

}  // namespace narthex::detail
