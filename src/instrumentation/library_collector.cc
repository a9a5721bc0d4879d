#include <narthex/library_collector.h>

#include <atomic>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include <narthex/sink.h>

#include "base/totals.h"
#include "registry/registry_state.h"

namespace narthex {

namespace {

using Count = std::atomic<std::uint64_t>;

// Numbers by the value of one label, in its order.
using Numbers = std::map<std::string, double>;

double read(const Count& count) {
  return static_cast<double>(count.load(std::memory_order_relaxed));  // relaxed: a sum orders nothing else
}

void counter(Sink& sink, std::string_view name, std::string_view help, const Count& count) {
  sink.begin_family({name, help, {}, MetricType::counter});
  sink.counter({}, read(count));
}

void counters(Sink& sink, std::string_view name, std::string_view help, const char* label, const Numbers& numbers) {
  sink.begin_family({name, help, {}, MetricType::counter});
  for (const auto& [value, number] : numbers) sink.counter(LabelText::of({{label, value}}), number);
}

// Siblings count together.
Numbers overflowed(const detail::RegistryState& registry) {
  Numbers numbers;
  for (const auto& family : registry.families()) {
    if (const auto times = family->overflowed()) numbers[family->definition().name] += static_cast<double>(times);
  }
  return numbers;
}

void collectors(Sink& sink, const detail::RegistryState& registry) {
  Numbers errors;
  Numbers skipped;
  Numbers clashes;
  Numbers seconds;
  for (const auto& collector : registry.collectors()) {
    const detail::CollectorTotals& totals = *collector->totals();  // the same for all of one name
    errors[collector->name()] = read(totals.errors);
    skipped[collector->name()] = read(totals.skipped);
    clashes[collector->name()] = read(totals.clashes);
    if (const auto duration = collector->last_duration()) seconds[collector->name()] += *duration;
  }
  counters(sink, "narthex_collector_errors_total",
           "Calls of the collector that failed, so that its samples were left out.", "collector", errors);
  counters(sink, "narthex_collector_skipped_total",
           "Scrapes without the collector, because it was busy with another one or had been too slow.", "collector",
           skipped);
  counters(sink, "narthex_collector_clashes_total",
           "Samples of the collector that were left out, because others had the series or its name.", "collector",
           clashes);
  sink.begin_family({"narthex_collector_duration_seconds", "How long the last call of the collector took.", "seconds",
                     MetricType::gauge});
  for (const auto& [name, duration] : seconds) sink.gauge(LabelText::of({{"collector", name}}), duration);
}

}  // namespace

LibraryCollector::LibraryCollector(const Registry& registry) noexcept : registry_(registry.state_) {}

void LibraryCollector::collect(Sink& sink) {
  const auto registry = registry_.lock();
  if (!registry) return;
  counter(sink, "narthex_name_clashes_total",
          "Families and series left out of a scrape, because their names, escaped for it, would be those of others.",
          registry->name_clashes);
  counter(sink, "narthex_rejected_updates_total",
          "Updates by negative or NaN amounts or to unknown states, which changed nothing.",
          detail::totals().rejected_updates);
  counter(sink, "narthex_replaced_bytes_total", "Bytes of label values that were not UTF-8 and became U+FFFD.",
          detail::totals().replaced_bytes);
  counter(sink, "narthex_exemplars_refused_total",
          "Exemplars with labels that are too long, given twice or badly named; their updates counted.",
          detail::totals().refused_exemplars);
  counter(sink, "narthex_exemplar_errors_total", "Calls of the function that gives exemplars their labels which threw.",
          detail::totals().exemplar_errors);
  counter(sink, "narthex_scrapes_total", "Scrapes of this registry.", registry->scrapes);
  counters(sink, "narthex_series_overflowed_total",
           "Lookups of label values that shared one series, because the family had all its max_series.", "family",
           overflowed(*registry));
  collectors(sink, *registry);
}

}  // namespace narthex
