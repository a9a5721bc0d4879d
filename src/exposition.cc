#include <narthex/exposition.h>

#include <atomic>
#include <cstddef>
#include <cstdint>

#include <sys/mman.h>

#include "accept_encoding.h"
#include "formats/gzip_output.h"
#include "formats/text_writer.h"

namespace narthex {

namespace detail {

// Asks for huge pages under a text of many megabytes, which a string takes from the system and gives back every time:
// to fetch it page by page would take longer than to write it.
void use_huge_pages(char* text, std::size_t size) noexcept {
  constexpr std::size_t kHugePage = 2 << 20;
  if (size < 4 * kHugePage) return;
  const std::size_t offset = kHugePage - reinterpret_cast<std::uintptr_t>(text) % kHugePage;
  ::madvise(text + offset, size - offset, MADV_HUGEPAGE);  // a hint: nothing depends on it
}

// How much text a registry is expected to give: somewhat more than the last time, so that a fresh string takes it
// without growing, which would copy all of it again and again.
class TextSize {
 public:
  explicit TextSize(const Registry& registry) noexcept : last_(registry.last_text_size()) {}

  // relaxed, both: a guess
  void reserve(std::string& text) const {
    const std::size_t last = last_.load(std::memory_order_relaxed);
    const std::size_t expected = last + last / 16;
    if (expected <= text.capacity()) return;
    text.reserve(expected);
    use_huge_pages(text.data(), expected);
  }
  void set(const std::string& text) noexcept { last_.store(text.size(), std::memory_order_relaxed); }

 private:
  std::atomic<std::size_t>& last_;
};

}  // namespace detail

namespace {

void write_text(const Registry& registry, detail::Output& output) {
  detail::TextWriter writer(output);
  registry.collect(writer);
}

void write_text(const Registry& registry, std::string& text) {
  detail::TextSize size(registry);
  size.reserve(text);
  detail::StringOutput output(text);
  write_text(registry, output);
  size.set(text);
}

}  // namespace

void expose(const Registry& registry, const ExpositionRequest& request, Exposition& reply) {
  reply.content_type = "text/plain; version=0.0.4; charset=utf-8; escaping=underscores";
  reply.content_encoding.clear();
  reply.body.clear();
  if (detail::wants_gzip(request.accept_encoding)) {
    detail::GzipOutput output(reply.body);
    write_text(registry, output);
    if (output.finish()) reply.content_encoding = "gzip";
  } else {
    write_text(registry, reply.body);
  }
}

Exposition expose(const Registry& registry, const ExpositionRequest& request) {
  Exposition reply;
  expose(registry, request, reply);
  return reply;
}

std::string to_text(const Registry& registry) {
  std::string text;
  write_text(registry, text);
  return text;
}

}  // namespace narthex
