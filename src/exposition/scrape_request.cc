#include "exposition/scrape_request.h"

#include <string_view>

#include "formats/escaping_sink.h"

namespace narthex::detail {

namespace {

void collect_unescaped(const ScrapeRequest& request, Sink& sink) {
  Scrape::FamilyFilter filter;
  if (!request.names.selects_all()) {
    filter = [&](const FamilyInfo& family) { return request.names.selects(family, request.format.scheme); };
  }
  Scrape::collect(request.registries, request.deadline, filter, sink, request.before_writing);
}

// Returns the first registry that may have names which need escaping, or null.
RegistryState* find_utf8_registry(std::span<const Registry> registries) noexcept {
  for (const Registry& registry : registries) {
    RegistryState& state = Scrape::state(registry);
    if (state.name_rule() == NameRule::utf8) return &state;
  }
  return nullptr;
}

}  // namespace

void collect(const ScrapeRequest& request, Sink& sink) {
  RegistryState* const state = find_utf8_registry(request.registries);
  if (!state || request.format.scheme == EscapingScheme::allow_utf_8) return collect_unescaped(request, sink);
  EscapingSink escaping(sink, request.format.scheme,
                        [state](std::string_view line) { state->report_name_clash(line); });
  collect_unescaped(request, escaping);
}

}  // namespace narthex::detail
