#include <narthex/exposition.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include <sys/mman.h>

#include "accept_encoding.h"
#include "formats/gzip_output.h"
#include "formats/text_writer.h"
#include "scrape.h"

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
// without growing, which would copy all of it again and again. Several at once are scraped too seldom to guess.
class TextSize {
 public:
  explicit TextSize(std::span<const Registry> registries) noexcept
      : last_(registries.size() == 1 ? &Scrape::last_text_size(registries.front()) : nullptr) {}

  // relaxed, both: a guess
  void reserve(std::string& text) const {
    if (!last_) return;
    const std::size_t last = last_->load(std::memory_order_relaxed);
    const std::size_t expected = last + last / 16;
    if (expected <= text.capacity()) return;
    text.reserve(expected);
    use_huge_pages(text.data(), expected);
  }
  void set(const std::string& text) noexcept {
    if (last_) last_->store(text.size(), std::memory_order_relaxed);
  }

 private:
  std::atomic<std::size_t>* const last_;
};

}  // namespace detail

namespace {

using Registries = std::span<const Registry>;

detail::Deadline deadline(const ExpositionRequest& request) {
  if (!request.timeout) return std::nullopt;
  return std::chrono::steady_clock::now() + *request.timeout;
}

void write_text(Registries registries, const detail::Deadline& deadline, detail::Output& output) {
  detail::TextWriter writer(output);
  detail::Scrape::collect(registries, deadline, writer);
}

void write_text(Registries registries, const detail::Deadline& deadline, std::string& text) {
  detail::TextSize size(registries);
  size.reserve(text);
  detail::StringOutput output(text);
  write_text(registries, deadline, output);
  size.set(text);
}

}  // namespace

void expose(Registries registries, const ExpositionRequest& request, Exposition& reply) {
  reply.content_type = "text/plain; version=0.0.4; charset=utf-8; escaping=underscores";
  reply.content_encoding.clear();
  reply.body.clear();
  if (detail::wants_gzip(request.accept_encoding)) {
    detail::GzipOutput output(reply.body);
    write_text(registries, deadline(request), output);
    if (output.finish()) reply.content_encoding = "gzip";
  } else {
    write_text(registries, deadline(request), reply.body);
  }
}

Exposition expose(Registries registries, const ExpositionRequest& request) {
  Exposition reply;
  expose(registries, request, reply);
  return reply;
}

std::string to_text(Registries registries) {
  std::string text;
  write_text(registries, std::nullopt, text);
  return text;
}

void expose(const Registry& registry, const ExpositionRequest& request, Exposition& reply) {
  expose(Registries(&registry, 1), request, reply);
}

Exposition expose(const Registry& registry, const ExpositionRequest& request) {
  return expose(Registries(&registry, 1), request);
}

std::string to_text(const Registry& registry) { return to_text(Registries(&registry, 1)); }

}  // namespace narthex
