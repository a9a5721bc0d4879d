#include <narthex/library_collector.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <narthex/detail/http_totals.h>
#include <narthex/detail/push_totals.h>
#include <narthex/labels.h>
#include <narthex/sink.h>

#include "base/registry_statistics.h"
#include "base/rejected_updates.h"
#include "base/totals.h"
#include "instrumentation/metric_desc.h"

namespace narthex {

namespace {

using detail::MetricDesc;
using detail::write_gauge;

// Writes one counter for each collector.
void write_by_collector(Sink& sink, const MetricDesc& metric, const detail::RegistryStatistics& registry,
                        std::uint64_t detail::CollectorStatistics::*count) {
  sink.begin_family({metric.name, metric.help, metric.unit, MetricType::counter});
  for (const auto& [name, collector] : registry.collectors) {
    sink.counter(LabelText::of({{"collector", name}}), static_cast<double>(collector.*count));
  }
}

void write_collectors(Sink& sink, const detail::RegistryStatistics& registry) {
  using Collector = detail::CollectorStatistics;
  write_by_collector(
      sink, {"narthex_collector_errors_total", "Calls of the collector that threw, and samples that were rejected."},
      registry, &Collector::errors);
  write_by_collector(sink,
                     {"narthex_collector_skipped_total",
                      "Scrapes that left out the samples of the collector, because it was running or too slow."},
                     registry, &Collector::skipped);
  write_by_collector(sink,
                     {"narthex_collector_clashes_total",
                      "Samples of the collector left out, because another source has the series or the name."},
                     registry, &Collector::clashes);
  sink.begin_family({"narthex_collector_duration_seconds", "Duration of the last call of the collector.", "seconds",
                     MetricType::gauge});
  for (const auto& [name, collector] : registry.collectors) {
    if (const auto seconds = collector.last_duration_seconds) {
      sink.gauge(LabelText::of({{"collector", name}}), *seconds);
    }
  }
}

// Writes the counts of the HTTP exporters of the process.
void write_http(Sink& sink, const detail::HttpTotals& http) {
  sink.begin_family({"narthex_http_requests_total",
                     "Requests to the HTTP exporters by status code of the reply.",
                     {},
                     MetricType::counter});
  std::uint64_t replies = 0;
  for (std::size_t code = 0; code < http.requests.size(); ++code) {
    const std::uint64_t count = http.requests[code].load(std::memory_order_relaxed);  // relaxed: a sum of its own
    replies += count;
    if (count > 0) sink.counter(LabelText::of({{"code", std::to_string(code)}}), static_cast<double>(count));
  }
  sink.begin_family({"narthex_http_request_duration_seconds",
                     "Time from the end of a request to the end of its reply in seconds.", "seconds",
                     MetricType::summary});
  sink.summary({}, {.count = replies, .sum = static_cast<double>(http.duration_nanoseconds) * 1e-9});
  detail::write_counter(sink, {"narthex_http_response_bytes_total", "Bytes of the replies before encryption.", "bytes"},
                        static_cast<double>(http.response_bytes));
  write_gauge(sink, {"narthex_http_requests_in_flight", "Requests whose reply is not sent yet."},
              static_cast<double>(http.requests_in_flight));
  write_gauge(sink, {"narthex_http_connections", "Open connections of HttpExporter."},
              static_cast<double>(http.open_connections));
  detail::write_counter(
      sink,
      {"narthex_http_connections_refused_total", "Connections that HttpExporter closed, because a limit was reached."},
      static_cast<double>(http.refused_connections));
  detail::write_counter(sink,
                        {"narthex_web_config_reload_failures_total",
                         "Changes of a web configuration file or its certificates that were invalid."},
                        static_cast<double>(http.web_config_reload_failures));
}

LabelText labels_of(const detail::PushTotals& totals) {
  return LabelText::of({{"exporter", totals.exporter}, {"url", totals.url}});
}

// Writes one counter for each push exporter.
void write_by_exporter(Sink& sink, const MetricDesc& metric, const std::vector<const detail::PushTotals*>& exporters,
                       std::atomic<std::uint64_t> detail::PushTotals::*count) {
  sink.begin_family({metric.name, metric.help, metric.unit, MetricType::counter});
  for (const detail::PushTotals* totals : exporters) {
    sink.counter(labels_of(*totals), static_cast<double>(totals->*count));
  }
}

// Writes the counts of the push exporters of the process.
void write_pushes(Sink& sink) {
  const std::vector<const detail::PushTotals*> exporters = detail::all_push_totals();
  if (exporters.empty()) return;
  const auto count_of = [](const detail::PushTotals& totals, detail::PushOutcome outcome) {
    return totals.pushes[static_cast<std::size_t>(outcome)].load(
        std::memory_order_relaxed);  // relaxed: a sum of its own
  };
  constexpr std::array kOutcomes{std::pair("success", detail::PushOutcome::success),
                                 std::pair("rejected", detail::PushOutcome::rejected),
                                 std::pair("failed", detail::PushOutcome::failed)};
  sink.begin_family({"narthex_pushes_total", "Pushes by exporter, URL, and outcome.", {}, MetricType::counter});
  for (const detail::PushTotals* totals : exporters) {
    for (const auto& [name, outcome] : kOutcomes) {
      sink.counter(LabelText::of({{"exporter", totals->exporter}, {"outcome", name}, {"url", totals->url}}),
                   static_cast<double>(count_of(*totals, outcome)));
    }
  }
  sink.begin_family({"narthex_push_duration_seconds", "Duration of a push with its retries in seconds.", "seconds",
                     MetricType::summary});
  for (const detail::PushTotals* totals : exporters) {
    std::uint64_t pushes = 0;
    for (const auto& [name, outcome] : kOutcomes) pushes += count_of(*totals, outcome);
    sink.summary(labels_of(*totals),
                 {.count = pushes, .sum = static_cast<double>(totals->duration_nanoseconds) * 1e-9});
  }
  sink.begin_family({"narthex_push_last_success_timestamp_seconds", "Time of the last push that succeeded.", "seconds",
                     MetricType::gauge});
  for (const detail::PushTotals* totals : exporters) {
    sink.gauge(labels_of(*totals), static_cast<double>(totals->last_success_ms) * 1e-3);
  }
  using Totals = detail::PushTotals;
  write_by_exporter(sink, {"narthex_push_sent_bytes_total", "Bytes of the bodies of requests.", "bytes"}, exporters,
                    &Totals::sent_bytes);
  write_by_exporter(sink, {"narthex_push_rejected_samples_total", "Samples that the receiver did not take."}, exporters,
                    &Totals::rejected_samples);
  write_by_exporter(sink, {"narthex_push_dropped_samples_total", "Samples that the exporter could not send."},
                    exporters, &Totals::dropped_samples);
}

void write_rejected_updates(Sink& sink) {
  sink.begin_family(
      {"narthex_rejected_updates_total",
       "Updates of the metric that were rejected because of a negative or NaN amount or an unknown state.",
       {},
       MetricType::counter});
  for (const auto& [name, count] : detail::rejected_updates().by_name()) {
    sink.counter(LabelText::of({{"metric", name}}), static_cast<double>(count));
  }
}

}  // namespace

LibraryCollector::LibraryCollector(const Registry& registry) noexcept : registry_(registry.statistics_source()) {}

void LibraryCollector::collect(Sink& sink) {
  const auto source = registry_.lock();
  if (!source) return;
  const detail::RegistryStatistics registry = source->statistics();
  const detail::Totals& process = detail::totals();
  const auto counter = [&sink](const MetricDesc& metric, std::uint64_t count) {
    detail::write_counter(sink, metric, static_cast<double>(count));
  };
  counter({"narthex_name_clashes_total",
           "Families and series left out of scrapes, because their escaped names clash with others."},
          registry.name_clashes);
  write_rejected_updates(sink);
  counter({"narthex_replaced_bytes_total",
           "Bytes that were replaced by U+FFFD: bytes of labels that are not UTF-8, and NUL in exemplars."},
          process.replaced_bytes);
  counter({"narthex_exemplars_refused_total",
           "Exemplars rejected because of labels that are too long, repeated, or invalid."},
          process.refused_exemplars);
  counter({"narthex_exemplar_errors_total", "Calls of the function for exemplar labels that threw an exception."},
          process.exemplar_errors);
  write_gauge(sink,
              {"narthex_deferred_objects",
               "Removed series and other objects that are not freed yet, because a thread may use them."},
              static_cast<double>(process.deferred_objects));
  counter({"narthex_scrapes_total", "Scrapes of this registry."}, registry.scrapes);
  sink.begin_family({"narthex_series_overflowed_total",
                     "Lookups counted in the overflow series, because the family had max_series series.",
                     {},
                     MetricType::counter});
  for (const auto& [family, count] : registry.overflows) {
    sink.counter(LabelText::of({{"family", family}}), static_cast<double>(count));
  }
  write_collectors(sink, registry);
  write_http(sink, detail::http_totals());
  write_pushes(sink);
}

}  // namespace narthex
