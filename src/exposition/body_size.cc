#include "exposition/body_size.h"

#include <cstdint>

#include <sys/mman.h>

#include "registry/scrape.h"

namespace narthex::detail {

namespace {

// Requests huge pages for a body of many megabytes. A string allocates such a body from the system and frees it each
// time, and to fault in its pages one by one takes longer than to write them.
void use_huge_pages(char* text, std::size_t size) noexcept {
  constexpr std::size_t kHugePage = 2 << 20;
  if (size < 4 * kHugePage) return;
  const std::size_t offset = kHugePage - reinterpret_cast<std::uintptr_t>(text) % kHugePage;
  ::madvise(text + offset, size - offset, MADV_HUGEPAGE);  // a hint, so its result does not matter
}

}  // namespace

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

void BodySize::reserve(std::string& body, std::size_t size) {
  body.reserve(size);
  use_huge_pages(body.data(), size);
}

void BodySize::set(const std::string& body) noexcept {
  if (last_) last_->store(body.size(), std::memory_order_relaxed);
}

}  // namespace narthex::detail
