#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <narthex/narthex.h>

#include "support/test_collector.h"

namespace narthex {
namespace {

enum class Pool { small, large };
std::string_view to_string(Pool pool) { return pool == Pool::small ? "small" : "large"; }

template <class Define>
std::string message_of(Define define) {
  try {
    define();
  } catch (const RegistrationError& error) {
    return error.what();
  }
  return "none";
}

TEST(FunctionMetric, IsCalledInEachScrape) {
  Registry registry({.labels = {{"host", "h"}}});
  const std::vector<int> queue = {1, 2, 3};
  double seconds = 0.5;
  const Registration depth = registry.gauge_function({.name = "queue_depth", .help = "Jobs waiting."},
                                                     [&] { return static_cast<double>(queue.size()); });
  const Registration cpu = registry.counter_function(
      {.name = "cpu_seconds_total", .help = "CPU.", .unit = "seconds", .labels = {{"core", "0"}}},
      [&] { return seconds += 1; });
  const auto text = [](const char* cpu_seconds) {
    return std::string("# HELP cpu_seconds_total CPU.\n# TYPE cpu_seconds_total counter\n") +
           "cpu_seconds_total{core=\"0\",host=\"h\"} " + cpu_seconds +
           "\n# HELP queue_depth Jobs waiting.\n# TYPE queue_depth gauge\nqueue_depth{host=\"h\"} 3\n";
  };
  EXPECT_EQ(to_text(registry), text("1.5"));
  EXPECT_EQ(to_text(registry), text("2.5"));
}

TEST(FunctionMetric, EmitsASampleForEachOfItsLabelValues) {
  Registry registry;
  const Registration threads =
      registry.gauge_function({.name = "threads", .help = "Threads."}, {"state", "pool"}, [](const auto& emit) {
        emit(1, "idle", Pool::small);
        emit(2.5, std::string("a \"quoted\"\nstate"), 7);
        emit(3, "\xff", true);
      });
  const Registration none =
      registry.counter_function({.name = "none_total", .help = "None."}, {"what"}, [](const Emit<1>&) {});
  EXPECT_EQ(to_text(registry),
            "# HELP threads Threads.\n# TYPE threads gauge\n"
            "threads{pool=\"small\",state=\"idle\"} 1\n"
            "threads{pool=\"7\",state=\"a \\\"quoted\\\"\\nstate\"} 2.5\n"
            "threads{pool=\"true\",state=\"\uFFFD\"} 3\n");
}

TEST(FunctionMetric, DoesNotShareItsName) {
  Registry registry;
  const auto function = [&] { return registry.gauge_function({.name = "level", .help = "L."}, [] { return 1.0; }); };
  {
    const Registration registration = function();
    EXPECT_EQ(message_of([&] { function().keep(); }),
              "gauge 'level': a function without constant labels is already defined; give each function its own values "
              "of constant labels");
    EXPECT_EQ(message_of([&] { registry.gauge({.name = "level", .help = "L."}); }),
              "gauge 'level': a function without constant labels is already defined; give each function its own values "
              "of constant labels");
    EXPECT_EQ(message_of([&] { registry.counter({.name = "level", .help = "C."}, {"a"}); }),
              "counter 'level': an earlier definition is different; earlier: gauge with help 'L.', labels (); now: "
              "counter with help 'C.', labels (a)");
    EXPECT_FALSE(registry.remove("level")) << "only its Registration removes it";
    EXPECT_EQ(to_text(registry), "# HELP level L.\n# TYPE level gauge\nlevel 1\n");
  }
  registry.counter({.name = "level", .help = "C."});
  EXPECT_EQ(message_of([&] { function().keep(); }),
            "gauge 'level': an earlier definition is different; earlier: counter with help 'C.', labels (); now: gauge "
            "with help 'L.', labels ()");
  EXPECT_TRUE(registry.remove("level"));
  function().keep();
  EXPECT_EQ(to_text(registry), "# HELP level L.\n# TYPE level gauge\nlevel 1\n");
}

TEST(FunctionMetric, IsCheckedWhenItIsDefined) {
  Registry registry({.labels = {{"host", "h"}}});
  const auto one = [] { return 1.0; };
  registry.histogram({.name = "work", .help = "Work."});
  EXPECT_EQ(message_of([&] { registry.gauge_function({.name = "a b", .help = "G."}, one).keep(); }),
            "gauge 'a b': a metric name must not contain ' '; allowed: [a-zA-Z_:][a-zA-Z0-9_:]*, or any UTF-8 with "
            "RegistryOptions{.utf8_names = true}");
  EXPECT_EQ(message_of([&] { registry.counter_function({.name = "work_sum", .help = "C."}, one).keep(); }),
            "counter 'work_sum': clashes with histogram 'work', because histogram 'work' also writes samples called "
            "'work_sum'");
  EXPECT_EQ(
      message_of([&] { registry.gauge_function({.name = "g", .help = "G."}, {"host"}, [](const auto&) {}).keep(); }),
      "gauge 'g': label 'host': the name appears twice; a series has each label once");
  EXPECT_EQ(message_of([&] { registry.gauge_function({.name = "g", .help = "G."}, nullptr).keep(); }),
            "gauge 'g': the function is empty; pass a function that returns the value");
  EXPECT_EQ(message_of([&] { registry.gauge_function({.name = "g", .help = "G."}, {"a"}, nullptr).keep(); }),
            "gauge 'g': the function is empty; pass a function that returns the value");
  const Registration taken = registry.gauge_function({.name = "size_count", .help = "G."}, one);
  EXPECT_EQ(message_of([&] { registry.histogram({.name = "size", .help = "H."}); }),
            "histogram 'size': clashes with gauge 'size_count', because histogram 'size' also writes samples called "
            "'size_count'");
}

TEST(FunctionMetric, IsLeftOutIfItThrowsAndMayUseItsRegistry) {
  Registry registry({.diagnostic = [](std::string_view) {}});
  Registry numbers;
  const Registration own = numbers.add_scoped(LibraryCollector(registry));
  const Registration throws = registry.gauge_function({.name = "throws", .help = "T."}, {"a"}, [](const auto& emit) {
    emit(1, "b");
    throw std::runtime_error("no answer");
  });
  const Registration asks = registry.gauge_function({.name = "asks", .help = "A."}, [&] {
    registry.counter({.name = "asked_total", .help = "Asked."}).inc();
    return static_cast<double>(to_text(registry).size());
  });
  const std::string asked = "# HELP asked_total Asked.\n# TYPE asked_total counter\nasked_total 1\n";
  EXPECT_EQ(to_text(registry),
            asked + "# HELP asks A.\n# TYPE asks gauge\nasks " + std::to_string(asked.size()) + "\n");
  EXPECT_EQ(lines_with(to_text(numbers), "narthex_collector_errors_total"),
            "narthex_collector_errors_total{collector=\"asks\"} 0\n"
            "narthex_collector_errors_total{collector=\"throws\"} 2\n")
      << "once in this scrape, once in the nested scrape";
}

}  // namespace
}  // namespace narthex
