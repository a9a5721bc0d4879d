#include <narthex/exposition.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <narthex/detail/scrape_phases.h>

#include "exposition/accept_encoding.h"
#include "exposition/body_size.h"
#include "exposition/scrape_request.h"
#include "formats/gzip_output.h"
#include "formats/openmetrics2_writer.h"
#include "formats/openmetrics_writer.h"
#include "formats/protobuf_writer.h"
#include "formats/text_memory.h"
#include "formats/text_writer.h"

namespace narthex {

namespace {

using Registries = std::span<const Registry>;
using detail::ScrapeRequest;
using std::chrono::milliseconds;

constexpr milliseconds kMaxTimeout = std::chrono::hours(24);

detail::Deadline deadline(const ExpositionRequest& request) {
  if (!request.timeout || *request.timeout > kMaxTimeout) return std::nullopt;
  return std::chrono::steady_clock::now() + std::max(*request.timeout, milliseconds(0));
}

template <class Writer>
void write_with(const ScrapeRequest& request, detail::Output& output) {
  Writer writer(output);
  collect(request, writer);
}

void write(const ScrapeRequest& request, detail::Output& output) {
  switch (request.format.format) {
    case detail::Format::text_0_0_4:
    case detail::Format::text_1_0_0:
      return write_with<detail::TextWriter>(request, output);
    case detail::Format::openmetrics_0_0_1:
    case detail::Format::openmetrics_1_0_0:
      return write_with<detail::OpenMetricsWriter>(request, output);
    case detail::Format::openmetrics_2_0_0:
      return write_with<detail::OpenMetrics2Writer>(request, output);
    case detail::Format::protobuf:
      return write_with<detail::ProtobufWriter>(request, output);
  }
}

// Replaces the text of a body. It writes over the old text, because new characters of a string would first be set to
// zero. If the expected text is longer than the capacity, the body is enlarged at the first text, after the collectors
// have ended.
class BodyOutput final : public detail::StringOutput {
 public:
  BodyOutput(std::string& body, const detail::BodySize& size)
      : StringOutput(body, body.size()), body_(body), size_(size) {}

  std::span<char> take(std::size_t finished, std::size_t unfinished, std::size_t size) override {
    if (!std::exchange(has_begun_, true)) {
      const std::size_t expected = size_.expected();
      if (expected > body_.capacity()) {
        trim();
        detail::enlarge(body_, expected);
      }
    }
    return StringOutput::take(finished, unfinished, size);
  }

 private:
  std::string& body_;
  const detail::BodySize& size_;
  bool has_begun_ = false;
};

void write(const ScrapeRequest& request, std::string& body) {
  detail::BodySize size(request.registries, request.format.format, request.names.selects_all());
  {
    BodyOutput output(body, size);
    write(request, output);
  }
  size.set(body);
}

void expose(const ScrapeRequest& scrape, std::string_view accept_encoding, Exposition& reply) {
  detail::set_content_type(scrape.format, reply.content_type);
  reply.content_encoding.clear();
  if (detail::GzipStream::is_supported() && detail::accepts_gzip(accept_encoding)) {
    reply.body.clear();
    detail::GzipOutput output(reply.body);
    write(scrape, output);
    if (output.finish()) reply.content_encoding = "gzip";
  } else {
    write(scrape, reply.body);
  }
}

ScrapeRequest scrape_request(Registries registries, const ExpositionRequest& request) {
  return {.registries = registries,
          .format = detail::negotiate(request.accept),
          .names = detail::NameFilter(request.query),
          .deadline = deadline(request)};
}

}  // namespace

void expose(Registries registries, const ExpositionRequest& request, Exposition& reply) {
  expose(scrape_request(registries, request), request.accept_encoding, reply);
}

void detail::expose_in_phases(const Registry& registry, const ExpositionRequest& request, Exposition& reply,
                              const std::function<void()>& before_writing) {
  ScrapeRequest scrape = scrape_request(Registries(&registry, 1), request);
  scrape.before_writing = before_writing;
  expose(scrape, request.accept_encoding, reply);
}

std::vector<std::string> detail::running_collectors(const Registry& registry) {
  std::vector<std::string> names;
  for (const auto& collector : Scrape::state(registry).collectors(Scrape::scope(registry))) {
    if (collector->is_running()) names.push_back(collector->name());
  }
  return names;
}

Exposition expose(Registries registries, const ExpositionRequest& request) {
  Exposition reply;
  expose(registries, request, reply);
  return reply;
}

std::string to_text(Registries registries) {
  std::string text;
  write({.registries = registries}, text);
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
