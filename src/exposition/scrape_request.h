#pragma once

#include <functional>
#include <span>

#include <narthex/registry.h>
#include <narthex/sink.h>

#include "exposition/name_filter.h"
#include "exposition/negotiation.h"
#include "registry/scrape.h"

namespace narthex::detail {

// One scrape: which registries, which of their families, until when, and in which format.
struct ScrapeRequest {
  std::span<const Registry> registries;
  NegotiatedFormat format{};
  NameFilter names{{}};
  Deadline deadline{};
  std::function<void()> before_writing{};  // called when all collectors have ended; empty: nothing
};

// Writes the selected families to a sink. An EscapingSink stands in front of it if a name may need escaping.
void collect(const ScrapeRequest& request, Sink& sink);

}  // namespace narthex::detail
