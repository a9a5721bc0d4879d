#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <narthex/detail/export.h>
#include <narthex/detail/header_values.h>
#include <narthex/registry.h>

namespace narthex {

/// Returns the time that a scrape may take according to a value of the header X-Prometheus-Scrape-Timeout-Seconds: the
/// value less 10 %, but at most 0.5 s less, which remains for sending the reply. Returns nothing for a value that is
/// not a number, is not above 0, or is above 86400.
[[nodiscard]] NARTHEX_EXPORT std::optional<std::chrono::milliseconds> parse_scrape_timeout(
    std::string_view header) noexcept;

/// The part of an HTTP request that expose() reads.
///
/// Thread safety: a value. Concurrent calls of expose() may read the same request.
/// Exceptions: std::bad_alloc.
/// Lifetime: a request owns its texts. One that is assigned again reuses their memory.
///
/// Example (cpp-httplib):
///   const auto scrape = narthex::ExpositionRequest::from(
///       [&](const std::string& name) { return request.headers.equal_range(name); }, request.target);
///   narthex::Exposition reply = narthex::expose(registry, scrape);
struct ExpositionRequest {
  /// Value of the header Accept, which selects the format. Empty: text 0.0.4.
  std::string accept{};
  /// Value of the header Accept-Encoding. The reply is compressed only if this accepts gzip. Empty: not compressed.
  std::string accept_encoding{};
  /// Time that the scrape may take, in milliseconds; parse_scrape_timeout() reads it from a header. A collector whose
  /// last call took longer than the remaining time is not called, and this is counted. 0 or less: no time remains.
  /// Nothing, or more than 24 hours: all collectors are called.
  std::optional<std::chrono::milliseconds> timeout{};
  /// Query of the URL, percent-encoded as received, with or without the path and the '?' before it.
  /// `name[]=jobs_total&name[]=up` selects these families, by the names that they were defined with or are served with
  /// in text. Other parameters are ignored. Without name[]: all families.
  std::string query{};

  /// Returns a request that is filled by assign().
  template <class Lookup>
  [[nodiscard]] static ExpositionRequest from(const Lookup& find_header, std::string_view query = {}) {
    ExpositionRequest request;
    request.assign(find_header, query);
    return request;
  }

  /// Replaces the request by the headers that a function finds. The function is called with the name of a header (a
  /// const char*) and returns its values in any of these forms:
  ///   - one text: std::string, std::string_view, or const char*, where null means that there is no such header;
  ///   - std::optional of a text;
  ///   - a range of texts, of pairs whose second member is a text, or of objects whose value() is a text;
  ///   - a pair of iterators into such a range, as equal_range() returns it.
  /// Repeated headers Accept and Accept-Encoding are joined with ", ". Of a repeated timeout the first valid one is
  /// used.
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
/// Thread safety: a value.
/// Lifetime: owns its texts. A reply that is passed to expose() again reuses their memory.
struct Exposition {
  std::string content_type{};      ///< Value of the header Content-Type.
  std::string content_encoding{};  ///< Value of the header Content-Encoding: "gzip", or empty if there is none.
  std::string body{};              ///< Body in bytes; empty if there are no samples.
};

/// Returns the metrics of a registry in the format that the request prefers: text 0.0.4 or 1.0.0, OpenMetrics, or
/// protobuf. Every request gets a reply: text 0.0.4 is the reply to those that accept none of these formats.
///
/// Values: compressed with gzip if the request accepts that and the body has at least 1 KiB.
/// Thread safety: may be called concurrently, also while metrics are updated. It calls collectors on this thread, and
///   must not be called while the caller holds a lock that a collector takes.
/// Exceptions: std::bad_alloc, and Error if ISA-L cannot compress the reply. If a collector throws, only its samples
///   are left out.
///
/// Example:
///   narthex::Exposition reply = narthex::expose(registry, {.accept = "application/openmetrics-text;version=1.0.0"});
[[nodiscard]] NARTHEX_EXPORT Exposition expose(const Registry& registry, const ExpositionRequest& request = {});

/// Writes the same into a reply, whose memory it reuses. After an exception the contents of the reply are unspecified;
/// the reply can be passed again.
NARTHEX_EXPORT void expose(const Registry& registry, const ExpositionRequest& request, Exposition& reply);

/// Returns the metrics of a registry in the text format 0.0.4, where characters that a name must not have are replaced
/// by underscores. Thread safety and exceptions: as expose().
[[nodiscard]] NARTHEX_EXPORT std::string to_text(const Registry& registry);

/// Returns the metrics of several registries as if they were one. If two of them have the same series, the one of the
/// first registry is served, and the diagnostic of the later registry is called.
[[nodiscard]] NARTHEX_EXPORT Exposition expose(std::span<const Registry> registries,
                                               const ExpositionRequest& request = {});
/// Writes the metrics of several registries into a reply, whose memory it reuses.
NARTHEX_EXPORT void expose(std::span<const Registry> registries, const ExpositionRequest& request, Exposition& reply);
/// Returns the metrics of several registries in the text format 0.0.4.
[[nodiscard]] NARTHEX_EXPORT std::string to_text(std::span<const Registry> registries);

}  // namespace narthex
