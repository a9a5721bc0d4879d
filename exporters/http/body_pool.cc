#include "http/body_pool.h"

#include <algorithm>
#include <utility>

namespace narthex::detail {

namespace {

constexpr std::uint64_t kMaxUsesUnused = 16;  // after this many uses of other memory, unused memory is freed

}  // namespace

BodyPool::BodyPool(std::size_t max_kept) : max_kept_(max_kept) { kept_.reserve(max_kept); }

std::string BodyPool::take() noexcept {
  const std::lock_guard lock(mutex_);
  if (kept_.empty()) return {};
  std::string memory = std::move(kept_.back().memory);
  kept_.pop_back();
  return memory;
}

void BodyPool::give_back(std::string body) noexcept {
  const std::lock_guard lock(mutex_);
  ++uses_;
  std::erase_if(kept_, [this](const Kept& kept) { return uses_ - kept.used > kMaxUsesUnused; });
  recent_size_ = std::max(body.size(), recent_size_ - recent_size_ / 8);
  if (kept_.size() == max_kept_ || body.capacity() / 2 > recent_size_) return;
  body.clear();
  kept_.push_back({std::move(body), uses_});  // does not allocate: the constructor reserves
}

}  // namespace narthex::detail
