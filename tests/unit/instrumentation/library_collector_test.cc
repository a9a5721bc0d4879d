#include <narthex/library_collector.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include <gtest/gtest.h>
#include <narthex/narthex.h>

#include "support/manual_clock.h"
#include "support/sample.h"
#include "support/test_collector.h"

namespace narthex {
namespace {

TEST(LibraryCollector, ServesTheCountsOfItsRegistry) {
  Registry registry({.diagnostic = [](std::string_view) {}});
  const auto full = [&](const char* zone) {
    return registry.counter({.name = "full_total", .help = "F.", .labels = {{"zone", zone}}, .max_series = 1}, {"a"});
  };
  for (const char* zone : {"x", "y"}) {
    for (int i = 0; i < 3; ++i) full(zone).labels(i);
  }
  registry.counter({.name = "roomy_total", .help = "R.", .max_series = 1}, {"a"}).labels(1);
  const Registration throws =
      registry.add_scoped(TestCollector("b", [](Sink&) { throw std::runtime_error("always"); }));
  const Registration twice =
      registry.add_scoped(TestCollector("b", [](Sink&) { throw std::runtime_error("this too"); }));
  const Registration clashes = registry.gauge_function({.name = "a", .help = "A."}, {"l"}, [](const auto& emit) {
    for (int value = 0; value < 3; ++value) emit(value, "same");
  });
  const Registration own = registry.add_scoped(LibraryCollector(registry));
  static_cast<void>(to_text(registry));
  const std::string text = to_text(registry);
  // Without the counts of the whole process and the durations.
  const std::string head = "# HELP narthex_collector_";
  const std::size_t begin = text.find(head + "clashes");
  const std::size_t seconds = text.find(head + "duration");
  const std::size_t errors = text.find(head + "errors");
  const std::size_t process = text.find("# HELP narthex_deferred");
  const std::size_t names = text.find("# HELP narthex_name_clashes");
  const std::size_t rejected = std::min(text.find("# HELP narthex_rejected"), text.find("# HELP narthex_replaced"));
  const std::size_t scrapes = text.find("# HELP narthex_scrapes");
  const std::size_t end = text.find("# HELP narthex_web_config");
  ASSERT_LT(end, text.size());
  EXPECT_EQ(
      text.substr(begin, seconds - begin) + text.substr(errors, process - errors) +
          text.substr(names, rejected - names) + text.substr(scrapes, end - scrapes),
      "# HELP narthex_collector_clashes_total Samples of the collector left out, because another source has the series "
      "or the name.\n"
      "# TYPE narthex_collector_clashes_total counter\n"
      "narthex_collector_clashes_total{collector=\"a\"} 2\n"
      "narthex_collector_clashes_total{collector=\"b\"} 0\n"
      "narthex_collector_clashes_total{collector=\"narthex\"} 0\n"
      "# HELP narthex_collector_errors_total Calls of the collector that threw, and samples that were rejected.\n"
      "# TYPE narthex_collector_errors_total counter\n"
      "narthex_collector_errors_total{collector=\"a\"} 0\n"
      "narthex_collector_errors_total{collector=\"b\"} 4\n"
      "narthex_collector_errors_total{collector=\"narthex\"} 0\n"
      "# HELP narthex_collector_skipped_total Scrapes that left out the samples of the collector, because it was "
      "running or too slow.\n"
      "# TYPE narthex_collector_skipped_total counter\n"
      "narthex_collector_skipped_total{collector=\"a\"} 0\n"
      "narthex_collector_skipped_total{collector=\"b\"} 0\n"
      "narthex_collector_skipped_total{collector=\"narthex\"} 0\n"
      "# HELP narthex_name_clashes_total Families and series left out of scrapes, because their escaped names clash "
      "with others.\n"
      "# TYPE narthex_name_clashes_total counter\n"
      "narthex_name_clashes_total 0\n"
      "# HELP narthex_scrapes_total Scrapes of this registry.\n"
      "# TYPE narthex_scrapes_total counter\n"
      "narthex_scrapes_total 2\n"
      "# HELP narthex_series_overflowed_total Lookups counted in the overflow series, because the family had "
      "max_series series.\n"
      "# TYPE narthex_series_overflowed_total counter\n"
      "narthex_series_overflowed_total{family=\"full_total\"} 5\n");
  for (const char* name : {"a", "b", "narthex"}) {
    const double duration = sample(text, "narthex_collector_duration_seconds{collector=\"" + std::string(name) + "\"}");
    EXPECT_GT(duration, 0) << name;
    EXPECT_LT(duration, 10) << name;
  }
}

// Returns the samples of narthex_rejected_updates_total for the names of metrics that start with `prefix`.
std::string rejected_updates(const Registry& registry, const std::string& prefix) {
  const std::string text = to_text(registry);
  const std::string begin = "narthex_rejected_updates_total{metric=\"" + prefix;
  std::string samples;
  for (std::size_t at = text.find(begin); at != std::string::npos; at = text.find(begin, at + 1)) {
    samples += text.substr(at, text.find('\n', at) + 1 - at);
  }
  return samples;
}

TEST(LibraryCollector, CountsRejectedUpdatesByMetric) {
  Registry registry({.utf8_names = true});
  registry.add(LibraryCollector(registry));
  const Counter counter = registry.counter({.name = "rejects a\"b", .help = "A."});
  counter.inc(-1);
  counter.inc(-1, {{"trace_id", "ab12"}});
  counter.inc();
  const auto family = registry.gauge({.name = "rejects_c", .help = "C."}, {"l"});
  family.labels(1).inc(std::numeric_limits<double>::quiet_NaN());
  family.labels(2).dec(std::numeric_limits<double>::quiet_NaN());
  family.labels(3).inc(-1);
  registry.counter({.name = "rejects_nothing_total", .help = "N."}).inc();
  registry.state_set({.name = "rejects_states", .help = "S.", .states = {"on"}}).set("off");
  EXPECT_EQ(rejected_updates(registry, "rejects"),
            "narthex_rejected_updates_total{metric=\"rejects a\\\"b\"} 2\n"
            "narthex_rejected_updates_total{metric=\"rejects_c\"} 2\n"
            "narthex_rejected_updates_total{metric=\"rejects_states\"} 1\n");
}

TEST(LibraryCollector, AddsUpTheRejectedUpdatesOfANameInTheProcess) {
  Registry registry;
  registry.add(LibraryCollector(registry));
  for (const char* zone : {"x", "y"}) {
    registry.counter({.name = "summed_total", .help = "S.", .labels = {{"zone", zone}}}).inc(-1);
  }
  const Counter kept = Registry().counter({.name = "summed_total", .help = "Another."});
  kept.inc(-1);
  EXPECT_EQ(rejected_updates(registry, "summed"), "narthex_rejected_updates_total{metric=\"summed_total\"} 3\n");
}

TEST(LibraryCollector, KeepsTheRejectedUpdatesOfRemovedSeries) {
  ManualClock clock;
  Registry registry({.diagnostic = [](std::string_view) {}});
  registry.add(LibraryCollector(registry));
  const auto family = registry.counter(
      {.name = "removed_total", .help = "R.", .max_series = 2, .idle_timeout = std::chrono::seconds(1)}, {"l"});
  family.labels(1).inc(-1);
  clock.advance(std::chrono::seconds(2));
  EXPECT_EQ(to_text(registry).find("removed_total{l="), std::string::npos);
  family.labels(2).inc(-1);
  family.remove(2);
  const Counter held = family.labels(3);
  for (int i = 4; i < 6; ++i) family.labels(i).inc(-1);  // the second one is the overflow series
  registry.remove("removed_total");
  held.inc(-1);
  EXPECT_EQ(rejected_updates(registry, "removed"), "narthex_rejected_updates_total{metric=\"removed_total\"} 5\n");
  registry.gauge({.name = "removed_total", .help = "R."}).inc(std::numeric_limits<double>::quiet_NaN());
  EXPECT_EQ(rejected_updates(registry, "removed"), "narthex_rejected_updates_total{metric=\"removed_total\"} 6\n");
}

TEST(LibraryCollector, CountsReplacedBytes) {
  Registry registry;
  const Registration own = registry.add_scoped(LibraryCollector(registry));
  const auto replaced = [&] { return sample(to_text(registry), "narthex_replaced_bytes_total"); };
  const double replaced_before = replaced();
  registry.counter({.name = "d_total", .help = "D."}, {"a"}).labels("\xff\xfe");
  EXPECT_EQ(replaced() - replaced_before, 2);
}

TEST(LibraryCollector, CountsRejectedExemplarsAndErrorsOfTheirSource) {
  Registry registry({.exemplars = {.labels = []() -> Labels { throw std::runtime_error("always"); }}});
  const Registration own = registry.add_scoped(LibraryCollector(registry));
  const auto refused = [&] { return sample(to_text(registry), "narthex_exemplars_refused_total"); };
  const auto errors = [&] { return sample(to_text(registry), "narthex_exemplar_errors_total"); };
  const double refused_before = refused();
  const double errors_before = errors();
  const Counter counter = registry.counter({.name = "c_total", .help = "C."});
  counter.inc(1, {{"trace id", "a"}});
  EXPECT_EQ(refused() - refused_before, 1);
  std::thread([&] { counter.inc(); }).join();  // one that was not asked in vain before
  EXPECT_EQ(errors() - errors_before, 1);
}

TEST(LibraryCollector, DoesNotKeepItsRegistryAlive) {
  const auto alive = std::make_shared<int>(0);
  Registry numbers;
  {
    Registry registry({.diagnostic = [alive](std::string_view) {}});
    registry.add(LibraryCollector(registry));
    numbers.add(LibraryCollector(registry));
    EXPECT_NE(to_text(numbers), "");
    EXPECT_EQ(alive.use_count(), 2);
  }
  EXPECT_EQ(alive.use_count(), 1);
  EXPECT_EQ(to_text(numbers), "");
}

TEST(LibraryCollector, IsInTheGlobalRegistry) {
  EXPECT_GE(sample(to_text(Registry::global()), "narthex_scrapes_total"), 1);
}

}  // namespace
}  // namespace narthex
