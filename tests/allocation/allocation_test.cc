// Which operations allocate. It is a separate program, because it replaces operator new.

#include <cstddef>
#include <fstream>
#include <new>
#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>
#include <narthex/narthex.h>

#include "allocation/counted_new.h"
#include "formats/openmetrics_writer.h"
#include "formats/protobuf_writer.h"
#include "formats/text_writer.h"

namespace narthex {
namespace {

constexpr int kHot = 10'000;  // updates after which a series has cells

enum class Method { get, put };
std::string_view to_string(Method method) { return method == Method::get ? "GET" : "PUT"; }

enum class Scheme { http, https };
const char* to_string(Scheme scheme) { return scheme == Scheme::http ? "http" : "https"; }

TEST(Allocation, IsCountedForEveryOperatorNew) {
  constexpr std::align_val_t kWide{128};
  EXPECT_EQ(allocations_of([] { ::operator delete(::operator new(8)); }), 1);
  EXPECT_EQ(allocations_of([] { ::operator delete[](::operator new[](8)); }), 1);
  EXPECT_EQ(allocations_of([] { ::operator delete(::operator new(8, std::nothrow)); }), 1);
  EXPECT_EQ(allocations_of([] { ::operator delete[](::operator new[](8, std::nothrow)); }), 1);
  EXPECT_EQ(allocations_of([&] { ::operator delete(::operator new(8, kWide), kWide); }), 1);
  EXPECT_EQ(allocations_of([&] { ::operator delete[](::operator new[](8, kWide), kWide); }), 1);
  EXPECT_EQ(allocations_of([&] { ::operator delete(::operator new(8, kWide, std::nothrow), kWide); }), 1);
  EXPECT_EQ(allocations_of([&] { ::operator delete[](::operator new[](8, kWide, std::nothrow), kWide); }), 1);
}

TEST(Allocation, IsNotNeededForUpdates) {
  Registry registry;
  const Counter counter = registry.counter({.name = "hits_total", .help = "Hits."});
  const Gauge gauge = registry.gauge({.name = "level", .help = "Level."});
  const Histogram histogram = registry.histogram({.name = "work", .help = "Work."});
  const auto update = [&](int times) {
    for (int i = 0; i < times; ++i) {
      counter.inc();
      gauge.inc(2);
      gauge.dec();
      histogram.observe(i);
    }
  };
  EXPECT_EQ(allocations_of([&] { update(100); }), 0);
  EXPECT_GT(allocations_of([&] { update(kHot); }), 0);  // the cells of this thread
  EXPECT_EQ(allocations_of([&] { update(kHot); }), 0);
  gauge.set(1);
  EXPECT_EQ(allocations_of([&] { update(kHot); }), 0);
}

// The first exemplar of each place allocates, and so does one that is longer than all before.
TEST(Allocation, IsNotNeededForExemplarsThatFitTheirMemory) {
  Registry registry;
  const Counter counter = registry.counter({.name = "hits_total", .help = "Hits."});
  const Histogram histogram = registry.histogram({.name = "work", .help = "Work.", .buckets = {1, 2}});
  const auto update = [&](const std::string& id) {
    counter.inc(1, {{"trace_id", id}});
    for (int i = 0; i < 3; ++i) histogram.observe(i, {{"trace_id", id}, {"span_id", "00f067aa0ba902b7"}});
    histogram.observe(3, {{"too_long", std::string_view("x\xff")}, {"too_long", id}});
  };
  const std::string id = "4bf92f3577b34da6a3ce929d0e0e4736";
  EXPECT_GT(allocations_of([&] { update(id); }), 0);
  EXPECT_EQ(allocations_of([&] { update(id); }), 0);
  const std::string wide = "größer\xff";
  EXPECT_EQ(allocations_of([&] { update(wide); }), 0);
}

TEST(Allocation, IsNotNeededForExemplarsThatAreNotNeededYet) {
  Registry registry({.exemplars = {.labels = [] { return Labels{{"trace_id", "a"}}; }}});
  const Counter counter = registry.counter({.name = "hits_total", .help = "Hits."});
  const Histogram histogram = registry.histogram({.name = "work", .help = "Work.", .buckets = {1}});
  const auto update = [&] {
    counter.inc();
    histogram.observe(0.5);
  };
  EXPECT_GT(allocations_of(update), 0);
  EXPECT_EQ(allocations_of([&] {
              for (int i = 0; i < 1000; ++i) update();
            }),
            0);
}

TEST(Allocation, IsNotNeededToFindASeries) {
  Registry registry;
  const auto family = registry.counter({.name = "hits_total", .help = "Hits."}, {"what", "how"});
  const auto find = [&](const auto& what) {
    family.labels(what, 1);
    return allocations_of([&] { family.labels(what, 1).inc(); });
  };
  EXPECT_EQ(find("a text"), 0);
  EXPECT_EQ(find(std::string_view("a view of a text that is longer than a few words")), 0);
  EXPECT_EQ(find(std::string("a string of its own that is longer than a few words")), 0);
  EXPECT_EQ(find(static_cast<const char*>(nullptr)), 0);
  EXPECT_EQ(find(-1234567890123), 0);
  EXPECT_EQ(find(true), 0);
  EXPECT_EQ(find(Method::put), 0);
  EXPECT_EQ(find(Scheme::https), 0);
  EXPECT_EQ(find("Größe, 大きさ"), 0);
  EXPECT_EQ(find("C:\\a \"folder\" of some length\n"), 0);
}

// The first request of each route, method, and code allocates.
TEST(Allocation, IsNeededForTheFirstUseOfAClosedSeriesOnly) {
  Registry registry({.diagnostic = [](std::string_view) {}});
  const auto family = registry.counter({.name = "hits_total", .help = "Hits."}, enum_label<Method, 2>("method"),
                                       text_label<"a", "b">("what"));
  const auto use = [&](Method method, std::size_t what) {
    return allocations_of([&] { family.at(method, what).inc(); });
  };
  EXPECT_GT(use(Method::put, 1), 0);
  EXPECT_EQ(use(Method::put, 1), 0);
  EXPECT_GT(use(Method::get, 1), 0);
  EXPECT_EQ(use(Method::put, 1), 0);
  use(Method::put, 2);  // logs a line
  EXPECT_EQ(use(Method::get, 3), 0);
}

TEST(Allocation, IsNotNeededForHttpRequests) {
  Registry registry;
  const HttpMetrics metrics(registry, {.routes = {"/users/{id}", "/image"}, .ignore = {"/metrics"}});
  const auto serve = [&](int times) {
    for (int i = 0; i < times; ++i) {
      for (const int code : {200, 418}) {
        HttpRequest request = metrics.start("GET", "/users/an id that is longer than a few words?query");
        request.finish(code, {.request = 0, .response = 512});
        metrics.start("BREW", "/nowhere").finish(code);
        metrics.start("GET", "/metrics").finish(code);
      }
    }
  };
  EXPECT_GT(allocations_of([&] { serve(1); }), 0);
  EXPECT_EQ(allocations_of([&] { serve(100); }), 0);
}

TEST(Allocation, IsNotNeededToCopyAndMoveHandles) {
  Registry registry;
  const auto family = registry.counter({.name = "hits_total", .help = "Hits."}, {"what"});
  Counter counter = family.labels("a");
  EXPECT_EQ(allocations_of([&] {
              const Counter kept = family.labels("a");
              Counter copy = counter;
              counter = kept;
              counter = std::move(copy);
              auto borrowed = family.labels("a");
              auto again = borrowed;
              borrowed = std::move(again);
              counter = borrowed;
            }),
            0);
}

// Returns the number of allocations of the second scrape into the same reply, after all values have changed.
std::size_t allocations_of_a_scrape(int series) {
  Registry registry;
  const auto counters = registry.counter({.name = "hits_total", .help = "Hits."}, {"what"});
  const auto histograms = registry.histogram({.name = "work", .help = "Work."}, {"what"});
  const auto update = [&] {
    for (int i = 0; i < series; ++i) {
      counters.labels(i).inc();
      histograms.labels(i).observe(i);
    }
  };
  Exposition reply;
  update();
  expose(registry, {}, reply);
  update();
  return allocations_of([&] { expose(registry, {}, reply); });
}

TEST(Allocation, DoesNotGrowWithTheSeriesOfAScrape) {
  const std::size_t few = allocations_of_a_scrape(100);
  EXPECT_EQ(allocations_of_a_scrape(10'000), few);
  // The list of families, one cursor for each, headers, a line buffer, texts of bounds, and the content type.
  EXPECT_LE(few, 14);
}

// The headers of Prometheus 3, which are longer than what a std::string stores without allocating.
void assign_prometheus_headers(ExpositionRequest& request) {
  request.assign(
      [](std::string_view name) -> std::string_view {
        if (name == "Accept") {
          return "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
                 "application/openmetrics-text;version=0.0.1;escaping=allow-utf-8;q=0.5,"
                 "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
                 "text/plain;version=0.0.4;escaping=allow-utf-8;q=0.3,*/*;q=0.2";
        }
        return name == "Accept-Encoding" ? "gzip" : "10";
      },
      "/a/path/of/some/length/metrics");
}

TEST(Allocation, IsNotNeededForARequestAndAReplyThatAreUsedAgain) {
  Registry registry;
  const auto family = registry.counter({.name = "hits_total", .help = "Hits."}, {"what"});
  for (int i = 0; i < 1000; ++i) family.labels(i).inc();
  std::string body;
  const auto collect = [&] {
    body.clear();
    detail::StringOutput output(body);
    detail::OpenMetricsWriter writer(output);
    registry.collect(writer);
  };
  ExpositionRequest request;
  Exposition reply;
  const auto scrape = [&] {
    assign_prometheus_headers(request);
    expose(registry, request, reply);
  };
  collect();
  scrape();
  EXPECT_EQ(reply.content_encoding, "gzip");
  EXPECT_EQ(allocations_of(scrape), allocations_of(collect));
}

// One handle keeps only its own series from being freed, not those that were removed later.
TEST(Memory, IsBoundedForAnyNumberOfCreatedAndRemovedSeries) {
  const auto resident = [] {
    std::size_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages >> pages;
    return pages * 4096;
  };
  Registry registry;
  const auto family = registry.counter({.name = "hits_total", .help = "Hits."}, {"what"});
  const Counter held = family.labels("held");
  family.remove("held");
  const auto create_and_remove = [&family](int from, int to) {
    constexpr int kWindow = 1000;
    for (int i = from; i < to; ++i) {
      family.labels(i).inc();
      family.remove(i - kWindow);
    }
  };
  create_and_remove(0, 20'000);
  const std::size_t before = resident();
  create_and_remove(20'000, 200'000);
  EXPECT_LT(resident(), before + (std::size_t{4} << 20)) << "180,000 series are about 30 MB";
  held.inc();
  EXPECT_EQ(held.value(), 1);
}

constexpr const char* kFolder = "C:\\a \"folder\" whose name is longer than a few words";

// Labels that need escaping, and histograms: neither allocates for each series if the reply has enough memory.
template <class Writer>
std::size_t allocations_of_a_scrape(int series) {
  Registry registry;
  const auto counters = registry.counter({.name = "hits_total", .help = "Hits."}, {"what", "who"});
  const auto histograms = registry.histogram({.name = "work", .help = "Work."}, {"what", "who"});
  for (int i = 1000; i < 1000 + series; ++i) {  // of the same length
    counters.labels(i, kFolder).inc();
    histograms.labels(i, kFolder).observe(i);
  }
  std::string body;
  const auto scrape = [&] {
    body.clear();
    detail::StringOutput output(body);
    Writer writer(output);
    registry.collect(writer);
  };
  scrape();
  return allocations_of(scrape);
}

TEST(Allocation, IsNotNeededToWriteAnotherSeries) {
  using detail::OpenMetricsWriter;
  using detail::ProtobufWriter;
  using detail::TextWriter;
  EXPECT_EQ(allocations_of_a_scrape<TextWriter>(1000), allocations_of_a_scrape<TextWriter>(10));
  EXPECT_EQ(allocations_of_a_scrape<OpenMetricsWriter>(1000), allocations_of_a_scrape<OpenMetricsWriter>(10));
  EXPECT_EQ(allocations_of_a_scrape<ProtobufWriter>(1000), allocations_of_a_scrape<ProtobufWriter>(10));
}

}  // namespace
}  // namespace narthex
