#include "exposition/body_size.h"

#include "registry/scrape.h"

namespace narthex::detail {

BodySize::BodySize(std::span<const Registry> registries, Format format, bool is_whole) noexcept
    : last_(registries.size() == 1 && is_whole && !Scrape::scope(registries.front())
                ? &Scrape::state(registries.front()).last_body_sizes.at(static_cast<std::size_t>(format))
                : nullptr) {}

std::size_t BodySize::expected() const noexcept {
  constexpr std::size_t kRoomOfLine = 1'024;  // a line reserves more than it needs
  // relaxed, here and below: an estimate orders nothing
  const std::size_t last = last_ ? last_->load(std::memory_order_relaxed) : 0;
  return last == 0 ? 0 : last + last / 16 + kRoomOfLine;
}

void BodySize::set(const std::string& body) noexcept {
  if (last_) last_->store(body.size(), std::memory_order_relaxed);
}

}  // namespace narthex::detail
