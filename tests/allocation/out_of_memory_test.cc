// What happens without memory: each test lets the n-th allocation of an operation fail, for every n. It is a separate
// program, because it replaces operator new.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <curl/curl.h>
#include <gtest/gtest.h>
#include <narthex/narthex.h>
#include <narthex/pushgateway_exporter.h>
#include <narthex/textfile.h>
#include <unistd.h>

#include "allocation/counted_new.h"
#include "allocation/out_of_memory.h"
#include "allocation/test_data.h"
#include "support/one_reply_server.h"
#include "support/test_collector.h"

namespace narthex {
namespace {

using Which = FailingAllocations::Which;

// A registry whose text shows its state.
struct Metrics {
  Registry registry{silent({.labels = {{"zone", "b"}}})};
};
std::string text_of(Metrics& metrics) { return to_text(metrics.registry); }

TEST(DefinitionWithoutMemory, IsMadeOrNot) {
  using R = const Registry&;
  const std::string help = "A help text that is longer than a few words.";
  const Labels labels{{"constant", "a value that is longer than a few words"}};
  const auto test = [](const std::string& name, const std::function<void(R)>& define) {
    expect_all_or_nothing<Metrics>({"definition, " + name, [&](Metrics& m) { define(m.registry); }, text_of});
  };
  test("counter", [&](R r) { r.counter({.name = "metric_info", .help = help, .labels = labels}); });
  test("gauge", [&](R r) { r.gauge({.name = "metric_info", .help = help, .labels = labels}); });
  test("histogram", [&](R r) { r.histogram({.name = "metric_info", .help = help, .labels = labels}); });
  test("native", [&](R r) { r.histogram({.name = "metric_info", .help = help, .labels = labels, .native = {}}); });
  test("summary", [&](R r) { r.summary({.name = "metric_info", .help = help, .labels = labels}); });
  test("quantiles", [&](R r) {
    r.summary({.name = "metric_info", .help = help, .labels = labels, .quantiles = {0.5, 0.9}});
  });
  test("info", [&](R r) { r.info({.name = "metric_info", .help = help, .labels = labels}); });
  test("state set", [&](R r) {
    r.state_set({.name = "metric_info", .help = help, .labels = labels, .states = {"a", "b"}});
  });
  test("unknown", [&](R r) { r.unknown({.name = "metric_info", .help = help, .labels = labels}); });
  test("family", [&](R r) { r.counter({.name = "metric_info", .help = help, .labels = labels}, {"a", "b"}); });
  test("dynamic family", [&](R r) {
    r.counter({.name = "metric_info", .help = help, .labels = labels}, std::vector<std::string>{"a", "b"});
  });
  test("closed labels", [&](R r) {
    r.counter({.name = "metric_info", .help = help, .labels = labels}, text_label<"a", "b">("x"),
              ClosedLabel<std::size_t>("y", {kLong, kLong + "\"\n"}));
  });
  test("function", [&](R r) { r.gauge_function({.name = "metric_info", .help = help}, [] { return 1; }).keep(); });
  test("family of functions", [&](R r) {
    r.counter_function({.name = "metric_info", .help = help}, {"a"}, [](const auto& emit) { emit(1, "b"); }).keep();
  });
  test("collector", [&](R r) { r.add(TestCollector("a collector with a long name", write_all_types)); });
}

struct WithSibling : Metrics {
  WithSibling() { define("1"); }
  void define(const std::string& shard) const {
    registry.counter({.name = "hits_total", .help = "Hits.", .labels = {{"shard", shard}}, .max_series = 2}).inc();
  }
};

TEST(DefinitionWithoutMemory, OfASiblingIsMadeOrNot) {
  expect_all_or_nothing<WithSibling>({"definition, sibling", [](WithSibling& m) { m.define("2"); }, text_of});
}

// A failed definition reserves nothing: the name can have another type.
TEST(DefinitionWithoutMemory, LeavesItsNameFree) {
  using Define = std::function<void(const Registry&)>;
  const std::vector<Define> definitions{
      [](const Registry& r) { r.counter({.name = "metric", .help = "A."}).inc(); },
      [](const Registry& r) { r.gauge({.name = "metric", .help = "B."}, {"label"}); },
      [](const Registry& r) { r.gauge_function({.name = "metric", .help = "C."}, [] { return 1; }).keep(); },
  };
  for (const Define& define : definitions) {
    for_each_failure_point("definition, then another", [&](std::size_t n, Which which) {
      Registry registry(silent());
      const Outcome outcome = call_without_memory(n, which, [&] { define(registry); });
      if (outcome.has_thrown) registry.histogram({.name = "metric", .help = "D."});
      return outcome.has_failed;
    });
  }
}

struct WithRegistration : Metrics {
  Registration registration;
};

TEST(DefinitionWithoutMemory, OfAScopedCollectorIsMadeOrNot) {
  expect_all_or_nothing<WithRegistration>({"add_scoped()",
                                           [](WithRegistration& m) {
                                             m.registration = m.registry.add_scoped(
                                                 TestCollector("a collector with a long name", write_all_types));
                                           },
                                           text_of});
}

struct Families : Metrics {
  Family<Counter, 2> counters = registry.counter({.name = "hits_total", .help = "H."}, {"a", "b"});
  Family<Gauge, 2> gauges = registry.gauge({.name = "level", .help = "L."}, {"a", "b"});
  Family<Histogram, 2> histograms = registry.histogram({.name = "work", .help = "W."}, {"a", "b"});
  Family<Histogram, 2> natives = registry.histogram({.name = "native", .help = "N.", .native = {}}, {"a", "b"});
  Family<Summary, 2> sums = registry.summary({.name = "sum", .help = "S."}, {"a", "b"});
  Family<Summary, 2> quantiles = registry.summary({.name = "wait", .help = "W.", .quantiles = {0.5}}, {"a", "b"});
  Family<Info, 2> infos = registry.info({.name = "build_info", .help = "B."}, {"a", "b"});
  Family<StateSet, 2> states = registry.state_set({.name = "state", .help = "S.", .states = {"x"}}, {"a", "b"});
  Family<Unknown, 2> unknowns = registry.unknown({.name = "other", .help = "O."}, {"a", "b"});
};

TEST(LookupWithoutMemory, CreatesTheSeriesOrNot) {
  const auto test = [](const std::string& name, const std::function<void(Families&)>& operate) {
    expect_all_or_nothing<Families>({"lookup, " + name, operate, text_of});
  };
  test("counter", [](Families& f) { f.counters.labels("x", "y").inc(); });
  test("gauge", [](Families& f) { f.gauges.labels("x", "y").inc(); });
  test("histogram", [](Families& f) { f.histograms.labels("x", "y").observe(1); });
  test("native", [](Families& f) { f.natives.labels("x", "y").observe(1); });
  test("summary", [](Families& f) { f.sums.labels("x", "y").observe(1); });
  test("quantiles", [](Families& f) { f.quantiles.labels("x", "y").observe(1); });
  test("info", [](Families& f) { f.infos.labels("x", "y"); });
  test("state set", [](Families& f) { f.states.labels("x", "y").set("x"); });
  test("unknown", [](Families& f) { f.unknowns.labels("x", "y").set(1); });
  test("long values with escapes", [](Families& f) { f.counters.labels(kLong + "\"\xff", "\n" + kLong).inc(); });
}

// The index and the list of a family grow at some sizes.
TEST(LookupWithoutMemory, CreatesTheSeriesOrNotWhileTheFamilyGrows) {
  for (int size = 0; size < 64; ++size) {
    for_each_failure_point("lookup, growing family", [&](std::size_t n, Which which) {
      Registry registry(silent());
      const auto family = registry.counter({.name = "hits_total", .help = "H."}, {"a"});
      for (int i = 0; i < size; ++i) family.labels(i).inc();
      const Outcome outcome = call_without_memory(n, which, [&] { family.labels(-1).inc(); });
      if (outcome.has_thrown) family.labels(-1).inc();
      EXPECT_EQ(family.labels(-1).value(), 1);
      for (int i = 0; i < size; ++i) EXPECT_EQ(family.labels(i).value(), 1);
      return outcome.has_failed;
    });
  }
}

std::string library_counts(const Registry& registry) {
  const Registry library;
  library.add(LibraryCollector(registry));
  return lines_with(to_text(library), "narthex_series_overflowed_total");
}

TEST(LookupWithoutMemory, CountsTheFirstUseOfAClosedSeriesInTheOverflowSeries) {
  for (std::size_t size = 0; size < 16; ++size) {
    for_each_failure_point("closed labels", [&](std::size_t n, Which which) {
      const Registry registry(silent());
      std::vector<std::string> values(17, "x");
      for (std::size_t i = 0; i < values.size(); ++i) values[i] += std::to_string(i);
      const auto family = registry.counter({.name = "hits_total", .help = "H."}, ClosedLabel<std::size_t>("a", values));
      for (std::size_t i = 0; i < size; ++i) family.at(i).inc();
      const Outcome outcome = call_without_memory(n, which, [&] { family.at(16).inc(); });
      EXPECT_FALSE(outcome.has_thrown);
      const std::string served = lines_with(to_text(registry), "hits_total{a=\"");
      const bool has_overflow = served.ends_with("hits_total{a=\"__overflow__\"} 1\n");
      EXPECT_TRUE(has_overflow || served.ends_with("hits_total{a=\"x16\"} 1\n")) << served;
      family.at(16).inc();
      EXPECT_EQ(family.at(16).value(), has_overflow ? 1 : 2);
      for (std::size_t i = 0; i < size; ++i) EXPECT_EQ(family.at(i).value(), 1);
      return outcome.has_failed;
    });
  }
}

struct FullFamily {
  FullFamily() { family.labels("a").inc(); }

  std::vector<std::string> lines;
  Registry registry{{.diagnostic = [this](std::string_view line) {
    FailingAllocations::end();  // what follows is the program's own
    lines.emplace_back(line);
  }}};
  Family<Counter, 1> family = registry.counter({.name = "hits_total", .help = "H.", .max_series = 1}, {"a"});
};

TEST(LookupWithoutMemory, CountsAndLogsAnOverflowOnce) {
  expect_all_or_nothing<FullFamily>({"lookup, overflow", [](FullFamily& f) { f.family.labels("b").inc(); },
                                     [](FullFamily& f) {
                                       std::string state = to_text(f.registry) + library_counts(f.registry);
                                       for (const std::string& line : f.lines) state += line + '\n';
                                       return state;
                                     }});
}

struct IdleFamily : Metrics {
  IdleFamily() {
    for (int i = 0; i < 100; ++i) family.labels(i).inc();
  }
  Family<Counter, 1> family = registry.counter({.name = "hits_total", .help = "H."}, {"a"});
};

TEST(RemovalWithoutMemory, RemovesTheSeriesOrNot) {
  expect_all_or_nothing<IdleFamily>({"remove()", [](IdleFamily& f) { f.family.remove(7); }, text_of});
}

// The removal of several series may end in between; it removes the rest when it is called again.
TEST(RemovalWithoutMemory, OfAllSeriesCanBeRepeated) {
  for_each_failure_point("clear()", [](std::size_t n, Which which) {
    IdleFamily f;
    const Outcome outcome = call_without_memory(n, which, [&] { f.family.clear(); });
    if (outcome.has_thrown) f.family.clear();
    EXPECT_EQ(text_of(f), "");
    return outcome.has_failed;
  });
}

struct Folder : Metrics {
  Folder() : path(std::filesystem::path(testing::TempDir()) / ("narthex-memory-" + std::to_string(::getpid()))) {
    std::filesystem::remove_all(path);
    std::filesystem::create_directory(path);
    std::ofstream(path / "a.prom") << "old";
    registry.counter({.name = "hits_total", .help = kLong}).inc();
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path); }

  const std::filesystem::path path;
};

TEST(TextfileWithoutMemory, IsReplacedOrNot) {
  expect_all_or_nothing<Folder>({"write_textfile()", [](Folder& f) { write_textfile(f.registry, f.path / "a.prom"); },
                                 [](Folder& f) {
                                   std::ostringstream state;
                                   for (const auto& entry : std::filesystem::directory_iterator(f.path)) {
                                     state << entry.path().filename() << std::ifstream(entry.path()).rdbuf();
                                   }
                                   return state.str();
                                 }});
}

// libcurl allocates with these functions.
bool is_curl_set_up() {
  static const CURLcode result = curl_global_init_mem(
      CURL_GLOBAL_DEFAULT,  //
      [](std::size_t size) { return FailingAllocations::is_next() ? nullptr : std::malloc(size); }, std::free,
      [](void* old, std::size_t size) { return FailingAllocations::is_next() ? nullptr : std::realloc(old, size); },
      [](const char* text) { return FailingAllocations::is_next() ? nullptr : ::strdup(text); },
      [](std::size_t count, std::size_t size) {
        return FailingAllocations::is_next() ? nullptr : std::calloc(count, size);
      });
  return result == CURLE_OK;
}

// libcurl reports some allocations that fail as other errors, for example of the resolver.
template <class Call>
void push_or_bad_alloc(Call call) {
  try {
    call();
  } catch (const PushError& error) {
    if (error.status() == 0) throw std::bad_alloc();
    throw;
  }
}

TEST(PushWithoutMemory, IsSentAsItIsOrNot) {
  ASSERT_TRUE(is_curl_set_up());
  Metrics metrics;
  metrics.registry.counter({.name = "hits_total", .help = kLong}).inc();
  const std::string body = to_text(metrics.registry);
  using Call = void (PushgatewayExporter::*)() const;
  const std::pair<const char*, Call> calls[]{{"PUT", &PushgatewayExporter::push},
                                             {"POST", &PushgatewayExporter::add},
                                             {"DELETE", &PushgatewayExporter::remove}};
  for (const auto& [method, call] : calls) {
    for_each_failure_point(std::string("push, ") + method, [&, method = method, call = call](std::size_t n,
                                                                                             Which which) {
      const OneReplyServer server("HTTP/1.1 200 OK\r\nContent-Length: 60\r\nConnection: close\r\n\r\n" +
                                  std::string(60, 'x'));
      const PushgatewayExporter exporter(metrics.registry,
                                         {.url = server.url(), .job = "j", .headers = {"X-A: b"}, .attempts = 1});
      const Outcome outcome = call_without_memory(n, which, [&] { push_or_bad_alloc([&] { (exporter.*call)(); }); });
      EXPECT_TRUE(outcome.has_thrown || server.requests().size() == 1);
      if (outcome.has_thrown) (exporter.*call)();
      for (const std::string& request : server.requests()) {
        EXPECT_EQ(request.find(std::string(method) + " /metrics/job/j HTTP/1.1\r\n"), 0U) << request;
        EXPECT_NE(request.find("\r\nX-A: b\r\n"), std::string::npos) << request;
        if (method != std::string("DELETE")) {
          EXPECT_TRUE(request.ends_with("\r\n\r\n" + body)) << request;
        }
      }
      EXPECT_FALSE(server.requests().empty());
      EXPECT_LE(server.requests().size(), 2U);
      return outcome.has_failed;
    });
  }
}

// Metrics of which every thread has cells.
struct HotMetrics {
  HotMetrics() { update(kHot); }
  void update(int times) const {
    for (int i = 0; i < times; ++i) {
      counter.inc();
      gauge.inc();
      histogram.observe(1);
      native.observe(i % 100);
      sum.observe(1);
      summary.observe(i % 100);
    }
  }
  void update_with_exemplars() const {
    counter.inc(1, {{"trace_id", "a"}});
    histogram.observe(1, {{"trace_id", "a"}});
    native.observe(1, {{"trace_id", "a"}});
  }

  Registry registry{silent()};
  Counter counter = registry.counter({.name = "hits_total", .help = "H."});
  Gauge gauge = registry.gauge({.name = "level", .help = "L."});
  Histogram histogram = registry.histogram({.name = "work", .help = "W."});
  Histogram native = registry.histogram({.name = "native", .help = "N.", .native = {}});
  Summary sum = registry.summary({.name = "sum", .help = "S."});
  Summary summary = registry.summary({.name = "wait", .help = "W.", .quantiles = {0.5}});
};

// Runs functions on threads of their own. The threads do not end before this object, so that each has its own shard.
class Threads {
 public:
  Threads() = default;
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;
  ~Threads() {
    end_.set_value();
    for (std::thread& thread : threads_) thread.join();
  }

  void run(const std::function<void()>& call) {
    std::promise<void> done;
    threads_.emplace_back([&] {
      const std::shared_future<void> end = ended_;
      call();
      done.set_value();
      end.wait();
    });
    done.get_future().wait();
  }

 private:
  std::promise<void> end_;
  const std::shared_future<void> ended_ = end_.get_future().share();
  std::vector<std::thread> threads_;
};

TEST(UpdateWithoutMemory, OfANewThreadIsCounted) {
  const HotMetrics metrics;
  Threads threads;
  double updates = kHot;
  for_each_failure_point("first update of a thread", [&](std::size_t n, Which which) {
    Outcome outcome{};
    threads.run([&] {
      outcome = call_without_memory(n, which, [&] { metrics.update(100); });
      metrics.update(100);
    });
    updates += 200;
    EXPECT_FALSE(outcome.has_thrown);
    EXPECT_EQ(metrics.counter.value(), updates);
    EXPECT_EQ(metrics.gauge.value(), updates);
    const std::string text = to_text(metrics.registry);
    const std::string count = std::to_string(static_cast<int>(updates)) + '\n';
    for (const std::string name :
         {"work_count ", "work_sum ", "native_count ", "sum_count ", "sum_sum ", "wait_count "}) {
      EXPECT_NE(text.find('\n' + name + count), std::string::npos) << name << count << text;
    }
    return outcome.has_failed;
  });
}

TEST(UpdateWithoutMemory, WithAnExemplarIsCounted) {
  for_each_failure_point("update with exemplar", [&](std::size_t n, Which which) {
    const HotMetrics metrics;
    const Outcome outcome = call_without_memory(n, which, [&] { metrics.update_with_exemplars(); });
    EXPECT_FALSE(outcome.has_thrown);
    EXPECT_EQ(metrics.counter.value(), kHot + 1);
    const std::string text = to_text(metrics.registry);
    for (const char* line : {"\nwork_count 10001\n", "\nnative_count 10001\n"}) {
      EXPECT_NE(text.find(line), std::string::npos) << line << text;
    }
    return outcome.has_failed;
  });
}

TEST(UpdateWithoutMemory, WithTheExemplarOfTheTraceIsCounted) {
  for_each_failure_point("update with exemplar of the trace", [&](std::size_t n, Which which) {
    Registry registry(silent({.exemplars = {.labels = [] { return Labels{{"trace_id", kLong.substr(0, 100)}}; }}}));
    const Counter counter = registry.counter({.name = "hits_total", .help = "H."});
    const Histogram histogram = registry.histogram({.name = "work", .help = "W."});
    const Outcome outcome = call_without_memory(n, which, [&] {
      counter.inc();
      histogram.observe(1);
    });
    EXPECT_FALSE(outcome.has_thrown);
    EXPECT_EQ(counter.value(), 1);
    EXPECT_NE(to_text(registry).find("\nwork_count 1\n"), std::string::npos);
    return outcome.has_failed;
  });
}

// A native histogram whose table cannot grow counts a value in the nearest bucket.
TEST(UpdateWithoutMemory, WithValuesOfAWideRangeIsCounted) {
  for_each_failure_point("update, wide range", [&](std::size_t n, Which which) {
    Registry registry(silent());
    const Histogram native = registry.histogram({.name = "native", .help = "N.", .native = {}});
    const Summary summary = registry.summary({.name = "wait", .help = "W.", .quantiles = {0.5}});
    const Outcome outcome = call_without_memory(n, which, [&] {
      for (int i = 0; i < 1000; ++i) {
        native.observe(std::ldexp(1, i % 300));
        summary.observe(std::ldexp(1, i % 300));
      }
    });
    EXPECT_FALSE(outcome.has_thrown);
    const std::string text = to_text(registry);
    for (const char* line : {"\nnative_count 1000\n", "\nwait_count 1000\n"}) {
      EXPECT_NE(text.find(line), std::string::npos) << line << text;
    }
    return outcome.has_failed;
  });
}

struct HttpServer : Metrics {
  HttpMetrics metrics{registry, {.routes = {"/users/{id}"}}};
};

// A request is counted in all its metrics or in none.
TEST(HttpRequestWithoutMemory, IsCountedOrNot) {
  const auto serve = [](HttpServer& server) {
    server.metrics.start("GET", "/users/7").finish(200, {.request = 1, .response = 2});
  };
  const auto counts = [](HttpServer& server) {
    const std::string text = text_of(server);
    std::string values;
    for (const char* name : {"http_requests_total{", "http_request_duration_seconds_count{", "http_in_flight_requests{",
                             "http_request_size_bytes_count{", "http_response_size_bytes_count{"}) {
      const std::string line = lines_with(text, name);
      values += line.empty() ? "0 " : line.substr(line.rfind(' ') + 1, 1) + ' ';
    }
    return values;
  };
  const std::string none = "0 0 0 0 0 ";
  const std::string one = "1 1 0 1 1 ";
  for_each_failure_point("HTTP request", [&](std::size_t n, Which which) {
    HttpServer server;
    const Outcome outcome = call_without_memory(n, which, [&] { serve(server); });
    EXPECT_FALSE(outcome.has_thrown);
    const std::string state = counts(server);
    EXPECT_TRUE(state == one || state == none) << state;
    if (state == none) serve(server);
    EXPECT_EQ(counts(server), one);
    return outcome.has_failed;
  });
}

}  // namespace
}  // namespace narthex
