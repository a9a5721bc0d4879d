#include "exposition/body_size.h"

#include <cstdint>

#include <sys/mman.h>

#include "registry/scrape.h"

namespace narthex::detail {

namespace {

// Asks for huge pages under a text of many megabytes, which a string takes from the system and gives back every time:
// to fetch it page by page would take longer than to write it.
void use_huge_pages(char* text, std::size_t size) noexcept {
  constexpr std::size_t kHugePage = 2 << 20;
  if (size < 4 * kHugePage) return;
  const std::size_t offset = kHugePage - reinterpret_cast<std::uintptr_t>(text) % kHugePage;
  ::madvise(text + offset, size - offset, MADV_HUGEPAGE);  // a hint: nothing depends on it
}

}  // namespace

BodySize::BodySize(std::span<const Registry> registries, Format format, bool is_whole) noexcept
    : last_(registries.size() == 1 && is_whole ? &Scrape::state(registries.front()).last_body_sizes[kind_of(format)]
                                               : nullptr) {}

void BodySize::reserve(std::string& text) const {
  if (!last_) return;
  const std::size_t last = last_->load(std::memory_order_relaxed);  // relaxed, here and below: a guess
  const std::size_t expected = last + last / 16;
  if (expected <= text.capacity()) return;
  text.reserve(expected);
  use_huge_pages(text.data(), expected);
}

void BodySize::set(const std::string& text) noexcept {
  if (last_) last_->store(text.size(), std::memory_order_relaxed);
}

}  // namespace narthex::detail
