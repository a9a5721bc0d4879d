#pragma once

#include <memory>
#include <string_view>

#include <narthex/collector.h>
#include <narthex/detail/export.h>
#include <narthex/registry.h>

namespace NARTHEX_VISIBILITY narthex {

namespace detail {
class StatisticsSource;
}

/// Counts of narthex about itself: rejected updates, overflows, scrapes, and errors of collectors.
///
/// Values: narthex_rejected_updates_total by `metric`, narthex_replaced_bytes_total (without label values that are counted
///   in an overflow series, which are not served), narthex_exemplars_refused_total,
///   narthex_exemplar_errors_total, and narthex_deferred_objects (removed series that are not freed yet, because a
///   thread may use them) count for the whole process. So do the counts of the HTTP exporters:
///   narthex_http_requests_total by `code`, narthex_http_request_duration_seconds (sum and count),
///   narthex_http_response_bytes_total, narthex_http_requests_in_flight, narthex_http_connections and
///   narthex_http_connections_refused_total (HttpExporter only), and narthex_web_config_reload_failures_total. So do those
///   of the push exporters, which exist if the process has or had one, by `exporter` and `url`: narthex_pushes_total by
///   `outcome` (success, rejected by the receiver, or failed), narthex_push_duration_seconds (sum and count),
///   narthex_push_last_success_timestamp_seconds (0: none), narthex_push_sent_bytes_total,
///   narthex_push_rejected_samples_total, and narthex_push_dropped_samples_total. The others count for one registry:
///   narthex_scrapes_total, narthex_name_clashes_total, narthex_series_overflowed_total by `family`, and
///   narthex_collector_errors_total, narthex_collector_skipped_total, narthex_collector_clashes_total, and
///   narthex_collector_duration_seconds by `collector`. If an event happens during a scrape, but after the call of this
///   collector, the next scrape shows it.
/// Thread safety: see Collector.
/// Exceptions: std::bad_alloc.
/// Lifetime: stores a weak reference to the registry. It writes no samples after the registry is destroyed.
///
/// Example:
///   registry.add(narthex::LibraryCollector(registry));
class NARTHEX_EXPORT LibraryCollector final : public Collector {
 public:
  /// Creates a collector of the counts of this registry. It may be added to another registry.
  explicit LibraryCollector(const Registry& registry) noexcept;

  std::string_view name() const override { return "narthex"; }
  void collect(Sink& sink) override;

 private:
  std::weak_ptr<const detail::StatisticsSource> registry_;
};

}  // namespace narthex
