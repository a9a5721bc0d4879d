#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <narthex/detail/export.h>
#include <narthex/detail/header_values.h>
#include <narthex/registry.h>

namespace NARTHEX_VISIBILITY narthex {

/// Returns the time that a scrape may take, computed from a value of the header X-Prometheus-Scrape-Timeout-Seconds.
/// The time is 10 % shorter than the value, but at most 0.5 s shorter, so that time remains to send the reply. Returns
/// nothing if the value is not a number, is not above 0, or is above 86400.
[[nodiscard]] NARTHEX_EXPORT std::optional<std::chrono::milliseconds> parse_scrape_timeout(
    std::string_view header) noexcept;

/// The part of an HTTP request that expose() reads.
///
/// Thread safety: concurrent reads are safe, so concurrent calls of expose() may use the same request.
/// Exceptions: std::bad_alloc.
/// Lifetime: a request owns its strings. assign() reuses their memory.
///
/// Example (cpp-httplib):
///   const auto scrape = narthex::ExpositionRequest::from(
///       [&](const std::string& name) { return request.headers.equal_range(name); }, request.target);
///   narthex::Exposition reply = narthex::expose(registry, scrape);
struct ExpositionRequest {
  /// Value of the header Accept, which selects the format. Empty: text 0.0.4.
  std::string accept{};
  /// Value of the header Accept-Encoding. The reply is compressed only if the value accepts gzip. Empty: not
  /// compressed. A narthex that was built without ISA-L and zlib never compresses.
  std::string accept_encoding{};
  /// Time that the scrape may take, in milliseconds; parse_scrape_timeout() reads it from a header. If the last call of
  /// a collector took longer than the remaining time, the scrape skips the collector and counts the skip. After 20
  /// skips in a row, the collector is called again. The scrape waits this long for a collector that another scrape is
  /// calling. 0 or less: no time remains. Nothing, or more than 24 hours: the time is not limited, except that the
  /// scrape waits for other scrapes for at most 10 s.
  std::optional<std::chrono::milliseconds> timeout{};
  /// Query of the URL, percent-encoded as received, with or without the path and the '?' before it.
  /// `name[]=jobs_total&name[]=up` selects these families. A name is either the name in the definition or the name in
  /// the text format. Other parameters are ignored. Without name[]: all families.
  std::string query{};

  /// Returns a request that is filled by assign().
  template <class Lookup>
  [[nodiscard]] static ExpositionRequest from(const Lookup& find_header, std::string_view query = {}) {
    ExpositionRequest request;
    request.assign(find_header, query);
    return request;
  }

  /// Replaces the contents of the request with the headers that a function finds. The function is called with the name
  /// of a header (a const char*) and returns its values in any of these forms:
  ///   - one text: std::string, std::string_view, or const char*, where null means that there is no such header;
  ///   - std::optional of a text;
  ///   - a range of texts, of pairs whose second member is a text, or of objects whose value() is a text;
  ///   - a pair of iterators into such a range, as equal_range() returns it.
  /// Repeated headers Accept and Accept-Encoding are joined with ", ". If the timeout header is repeated, its first
  /// valid value is used.
  template <class Lookup>
  void assign(const Lookup& find_header, std::string_view url_query = {}) {
    accept.clear();
    accept_encoding.clear();
    timeout.reset();
    query = url_query;
    const auto append_to = [](std::string& joined) {
      return [&joined](std::string_view value) {
        if (!joined.empty()) joined += ", ";
        joined += value;
      };
    };
    detail::take_header_values(find_header("Accept"), append_to(accept));
    detail::take_header_values(find_header("Accept-Encoding"), append_to(accept_encoding));
    detail::take_header_values(find_header("X-Prometheus-Scrape-Timeout-Seconds"), [this](std::string_view value) {
      if (!timeout) timeout = parse_scrape_timeout(value);
    });
  }
};

/// The reply to a scrape. An HTTP server sends it with status 200 and the two headers.
///
/// Values: the body is complete. A server that compresses replies must not compress a body with a content_encoding.
/// Thread safety: concurrent reads are safe.
/// Lifetime: a reply owns its strings. expose() reuses their memory if the reply is passed again.
struct Exposition {
  std::string content_type{};      ///< Value of the header Content-Type.
  std::string content_encoding{};  ///< Value of the header Content-Encoding: "gzip", or empty if there is none.
  std::string body{};              ///< Body in bytes; empty if there are no samples.
};

/// Returns the metrics of a registry in the format that the request prefers: text 0.0.4 or 1.0.0, OpenMetrics, or
/// protobuf. If the request accepts none of these formats, the reply is text 0.0.4.
///
/// Values: the body is compressed with gzip if the request accepts gzip, the body has at least 1 KiB, and narthex was
///   built with ISA-L or zlib.
/// Thread safety: may be called concurrently, also while metrics are updated. It calls collectors on this thread, and
///   must not be called while the caller holds a lock that a collector takes.
/// Exceptions: std::bad_alloc, and Error if ISA-L or zlib cannot compress the reply. If a collector throws, only its
///   samples are left out.
///
/// Example:
///   narthex::Exposition reply = narthex::expose(registry, {.accept = "application/openmetrics-text;version=1.0.0"});
[[nodiscard]] NARTHEX_EXPORT Exposition expose(const Registry& registry, const ExpositionRequest& request = {});

/// Does the same, but writes into an existing reply and reuses its memory. After an exception the contents of the reply
/// are unspecified; the reply can be passed again.
NARTHEX_EXPORT void expose(const Registry& registry, const ExpositionRequest& request, Exposition& reply);

/// Returns the metrics of a registry in the text format 0.0.4. Characters that this format does not allow in names are
/// replaced by underscores. Thread safety and exceptions are the same as for expose().
[[nodiscard]] NARTHEX_EXPORT std::string to_text(const Registry& registry);

/// Returns the metrics of several registries as if they were one. If two of them have the same series, the series of
/// the first registry is served, and the diagnostic of the later registry is called.
[[nodiscard]] NARTHEX_EXPORT Exposition expose(std::span<const Registry> registries,
                                               const ExpositionRequest& request = {});
/// Writes the metrics of several registries into an existing reply and reuses its memory.
NARTHEX_EXPORT void expose(std::span<const Registry> registries, const ExpositionRequest& request, Exposition& reply);
/// Returns the metrics of several registries in the text format 0.0.4.
[[nodiscard]] NARTHEX_EXPORT std::string to_text(std::span<const Registry> registries);

}  // namespace narthex
