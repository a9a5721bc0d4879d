#include <narthex/exposition.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "exposition/accept_encoding.h"
#include "exposition/body_size.h"
#include "exposition/name_filter.h"
#include "exposition/negotiation.h"
#include "formats/escaping_sink.h"
#include "formats/gzip_output.h"
#include "formats/openmetrics_writer.h"
#include "formats/protobuf_writer.h"
#include "formats/text_writer.h"
#include "registry/scrape.h"

namespace narthex {

namespace {

using Registries = std::span<const Registry>;
using std::chrono::milliseconds;

// Who waits longer than that waits for ever.
constexpr milliseconds kLongestTimeout = std::chrono::hours(24);

// One scrape: of what, what of it, and how it is told.
struct ScrapeRequest {
  Registries registries;
  detail::NegotiatedFormat wanted{};
  detail::NameFilter names;
  detail::Deadline deadline{};
};

detail::Deadline deadline(const ExpositionRequest& request) {
  if (!request.timeout || *request.timeout > kLongestTimeout) return std::nullopt;
  return std::chrono::steady_clock::now() + std::max(*request.timeout, milliseconds(0));
}

void collect(const ScrapeRequest& task, Sink& sink) {
  detail::Scrape::FamilyFilter wants;
  if (!task.names.wants_all()) {
    wants = [&](const FamilyInfo& family) { return task.names.wants(family, task.wanted.scheme); };
  }
  detail::Scrape::collect(task.registries, task.deadline, wants, sink);
}

// Returns the first registry that may have names which need escaping, or null.
detail::RegistryState* with_utf8_names(Registries registries) noexcept {
  for (const Registry& registry : registries) {
    detail::RegistryState& state = detail::Scrape::state(registry);
    if (state.name_rule() == detail::NameRule::utf8) return &state;
  }
  return nullptr;
}

// Puts between a scrape and a writer what escapes names, where there may be any to escape.
void collect_escaped(const ScrapeRequest& task, Sink& writer) {
  detail::RegistryState* const state = with_utf8_names(task.registries);
  if (!state || task.wanted.scheme == detail::EscapingScheme::allow_utf_8) return collect(task, writer);
  detail::EscapingSink sink(writer, task.wanted.scheme,
                            [state](std::string_view line) { state->report_name_clash(line); });
  collect(task, sink);
}

template <class Writer>
void write_with(const ScrapeRequest& task, detail::Output& output) {
  Writer writer(output);
  collect_escaped(task, writer);
}

void write(const ScrapeRequest& task, detail::Output& output) {
  switch (task.wanted.format) {
    case detail::Format::text_0_0_4:
    case detail::Format::text_1_0_0:
      return write_with<detail::TextWriter>(task, output);
    case detail::Format::openmetrics_0_0_1:
    case detail::Format::openmetrics_1_0_0:
      return write_with<detail::OpenMetricsWriter>(task, output);
    case detail::Format::protobuf:
      return write_with<detail::ProtobufWriter>(task, output);
  }
}

void write(const ScrapeRequest& task, std::string& body) {
  detail::BodySize size(task.registries, task.wanted.format, task.names.wants_all());
  size.reserve(body);
  detail::StringOutput output(body);
  write(task, output);
  size.set(body);
}

}  // namespace

void expose(Registries registries, const ExpositionRequest& request, Exposition& reply) {
  const ScrapeRequest task{registries, detail::negotiate(request.accept), detail::NameFilter(request.query),
                           deadline(request)};
  reply.content_type = detail::content_type(task.wanted);
  reply.content_encoding.clear();
  reply.body.clear();
  if (detail::wants_gzip(request.accept_encoding)) {
    detail::GzipOutput output(reply.body);
    write(task, output);
    if (output.finish()) reply.content_encoding = "gzip";
  } else {
    write(task, reply.body);
  }
}

Exposition expose(Registries registries, const ExpositionRequest& request) {
  Exposition reply;
  expose(registries, request, reply);
  return reply;
}

std::string to_text(Registries registries) {
  std::string text;
  write({.registries = registries, .names = detail::NameFilter({})}, text);
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
