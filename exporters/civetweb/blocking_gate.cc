#include "civetweb/blocking_gate.h"

#include <optional>
#include <utility>

namespace narthex::detail {

struct BlockingGate::Decision {
  std::optional<Admission> admission;  // guarded by mutex_
};

BlockingGate::BlockingGate(std::unique_ptr<WebGate> gate, int max_waiting)
    : max_waiting_(max_waiting), gate_(std::move(gate)) {}

Admission BlockingGate::admit(const ClientAddress& client, std::string_view authorization) {
  const auto decision = std::make_shared<Decision>();
  auto immediate = gate_->admit(client, authorization, [this, decision](Admission admission) {
    {
      const std::lock_guard lock(mutex_);
      decision->admission = std::move(admission);
    }
    changed_.notify_all();
  });
  if (immediate) return *std::move(immediate);

  std::unique_lock lock(mutex_);
  if (waiting_ < max_waiting_) {
    ++waiting_;
    changed_.wait(lock, [&] { return decision->admission || is_stopped_; });
    --waiting_;
  }
  if (decision->admission) return *std::move(decision->admission);
  return {.status = 503, .headers = "Retry-After: 1\r\n"};
}

void BlockingGate::stop() noexcept {
  {
    const std::lock_guard lock(mutex_);
    is_stopped_ = true;
  }
  changed_.notify_all();
}

}  // namespace narthex::detail
