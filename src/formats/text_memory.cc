#include "formats/text_memory.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include <sys/mman.h>

namespace narthex::detail {

namespace {

constexpr std::size_t kHugePage = 2 << 20;
constexpr std::size_t kMinHuge = 4 * kHugePage;

// Returns the number of bytes from an address to the next start of a huge page.
std::size_t bytes_to_huge_page(const char* at) noexcept {
  return kHugePage - reinterpret_cast<std::uintptr_t>(at) % kHugePage;
}

// A string allocates a text of many megabytes from the system, and frees it for the next one. To fault in its pages one
// by one takes longer than to write them.
void use_huge_pages(std::string& text) noexcept {
  const std::size_t start = bytes_to_huge_page(text.data());
  ::madvise(text.data() + start, text.capacity() - start, MADV_HUGEPAGE);  // a hint, so its result does not matter
}

void append_and_release(std::string& to, std::string& from) noexcept {
  for (std::size_t at = 0; at < from.size();) {
    char* const piece = from.data() + at;
    const std::size_t size = std::min(bytes_to_huge_page(piece), from.size() - at);
    to.append(piece, size);
    if (size == kHugePage) ::madvise(piece, size, MADV_DONTNEED);  // if it fails, the old memory is freed later
    at += size;
  }
}

}  // namespace

void enlarge(std::string& text, std::size_t capacity) {
  if (capacity < kMinHuge) return text.reserve(capacity);
  std::string larger;
  larger.reserve(capacity);
  use_huge_pages(larger);
  append_and_release(larger, text);
  text = std::move(larger);
}

}  // namespace narthex::detail
