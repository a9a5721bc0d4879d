#pragma once

#include <atomic>
#include <string>

#include <narthex/narthex.h>

namespace narthex {

// A collector that runs until release().
class HungCollector {
 public:
  explicit HungCollector(const Registry& registry, const std::string& name)
      : registration_(registry.gauge_function({.name = name, .help = "H."}, [this] {
          is_running_ = true;
          is_running_.notify_all();
          is_released_.wait(false);
          return 1;
        })) {}

  void wait_until_running() const { is_running_.wait(false); }
  void release() {
    is_released_ = true;
    is_released_.notify_all();
  }

 private:
  std::atomic<bool> is_running_ = false;
  std::atomic<bool> is_released_ = false;
  Registration registration_;
};

}  // namespace narthex
