#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <narthex/detail/export.h>
#include <narthex/registry.h>

namespace narthex {

/// What a scraper said it wants: the values of the request headers of the same names, empty where absent; several
/// lines of one header, joined with commas. The views need to live for the call they are passed to.
struct ExpositionRequest {
  std::string_view accept{};
  std::string_view accept_encoding{};
  /// How long the scraper waits, less some time for the way back: parse_scrape_timeout(). A collector that took longer
  /// the last time than is left is skipped, and counted. None: every collector is called.
  std::optional<std::chrono::milliseconds> timeout{};
  /// What stands behind the path of the URL, as it came: `name[]=jobs_total&name[]=up` asks for these families alone, by
  /// the names that they were defined with or are served with in text. All else in it does not matter.
  std::string_view query{};
};

/// Returns the time that X-Prometheus-Scrape-Timeout-Seconds leaves for a scrape: a tenth less than it says, but at most
/// half a second, for the way back. None where it is absent, no number, not above zero or more than a day.
NARTHEX_EXPORT std::optional<std::chrono::milliseconds> parse_scrape_timeout(std::string_view header) noexcept;

/// The finished reply to one scrape, for whatever HTTP server sends it with status 200, as it is: one that compresses
/// on its own must not do so again where content_encoding is set.
struct Exposition {
  std::string content_type{};
  std::string content_encoding{};  ///< Empty: the body is not compressed, and the header is left out.
  std::string body{};
};

/// Reads a registry and returns the reply to a scrape, in the format that accept likes best: text 0.0.4 or 1.0.0,
/// OpenMetrics, protobuf. Nobody is refused: text 0.0.4 is for all others, since every Prometheus takes it. With gzip
/// where accept_encoding lets it and the body is not so short that nothing would be gained.
/// Threads: any, at once; updates go on meanwhile.
/// Exceptions: std::bad_alloc, and Error if ISA-L cannot compress the reply. The server can still reply 500 then, because
///   nothing was sent.
NARTHEX_EXPORT Exposition expose(const Registry& registry, const ExpositionRequest& request = {});

/// The same into a reply whose memory is used again: for a server that keeps one between scrapes. After an error the
/// reply holds nothing of use, but can be used again.
NARTHEX_EXPORT void expose(const Registry& registry, const ExpositionRequest& request, Exposition& reply);

/// Returns the registry in the text format 0.0.4, with underscores in names that it does not know.
NARTHEX_EXPORT std::string to_text(const Registry& registry);

// Several registries at once, as if they were one: where two of them have the same series, the first one's is served,
// and the later one's diagnostic gets a line.
NARTHEX_EXPORT Exposition expose(std::span<const Registry> registries, const ExpositionRequest& request = {});
NARTHEX_EXPORT void expose(std::span<const Registry> registries, const ExpositionRequest& request, Exposition& reply);
NARTHEX_EXPORT std::string to_text(std::span<const Registry> registries);

}  // namespace narthex
