#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <narthex/dynamic_family.h>
#include <narthex/narthex.h>

#include "support/contract.h"
#include "support/test_collector.h"

namespace narthex {
namespace {

TEST(Contracts, OfDefinitions) {
  expect_throws<RegistrationError>("Registry::Registry()", [] { Registry({.labels = {{"a b", ""}}}); });
  expect_throws<RegistrationError>("Registry::Registry()", [] { Registry({.labels = {{"a", "1"}, {"a", "2"}}}); });
  expect_throws<RegistrationError>("Registry::Registry()", [] { Registry({.labels = {{"a", "\xff"}}}); });
  Registry registry;
  expect_throws<RegistrationError>("Registry::counter()", [&] { registry.counter({.name = "a_total"}); });
  expect_throws<RegistrationError>("Registry::gauge()", [&] { registry.gauge({.name = "a"}); });
  expect_throws<RegistrationError>("Registry::histogram()", [&] { registry.histogram({.name = "a"}); });
  expect_throws<RegistrationError>("Registry::gauge_histogram()", [&] { registry.gauge_histogram({.name = "a"}); });
  expect_throws<RegistrationError>("Registry::info()", [&] { registry.info({.name = "a_info"}); });
  expect_throws<RegistrationError>("Registry::state_set()", [&] { registry.state_set({.name = "a", .help = "A."}); });
  expect_throws<RegistrationError>("Registry::summary()", [&] { registry.summary({.name = "a"}); });
  expect_throws<RegistrationError>("Registry::unknown()", [&] { registry.unknown({.name = "a"}); });
  expect_throws<RegistrationError>("Registry::counter_function()",
                                   [&] { registry.counter_function({.name = "a_total"}, [] { return 1.0; }).keep(); });
  expect_throws<RegistrationError>("Registry::gauge_function()",
                                   [&] { registry.gauge_function({.name = "a"}, [] { return 1.0; }).keep(); });
  expect_throws<RegistrationError>("linear_buckets()", [] { static_cast<void>(linear_buckets(0, 0, 1)); });
  expect_throws<RegistrationError>("exponential_buckets()", [] { static_cast<void>(exponential_buckets(0, 2, 1)); });
}

TEST(Contracts, OfDefinitionsThatExist) {
  Registry registry;
  registry.gauge({.name = "a_info", .help = "Something else."});
  registry.histogram({.name = "h", .help = "Something else."});
  const auto one = [] { return 1; };
  expect_throws<AlreadyDefinedError>("Registry::counter()", [&] { registry.counter({.name = "h", .help = "H."}); });
  expect_throws<AlreadyDefinedError>("Registry::counter()", [&] { registry.counter({.name = "h_sum", .help = "S."}); });
  expect_throws<AlreadyDefinedError>("Registry::gauge()", [&] { registry.gauge({.name = "h", .help = "H."}); });
  expect_throws<AlreadyDefinedError>("Registry::histogram()", [&] { registry.histogram({.name = "h", .help = "H."}); });
  expect_throws<AlreadyDefinedError>("Registry::gauge_histogram()",
                                     [&] { registry.gauge_histogram({.name = "h", .help = "H."}); });
  expect_throws<AlreadyDefinedError>("Registry::info()", [&] { registry.info({.name = "a_info", .help = "A."}); });
  expect_throws<AlreadyDefinedError>("Registry::state_set()",
                                     [&] { registry.state_set({.name = "h", .help = "H.", .states = {"on"}}); });
  expect_throws<AlreadyDefinedError>("Registry::summary()", [&] { registry.summary({.name = "h", .help = "H."}); });
  expect_throws<AlreadyDefinedError>("Registry::unknown()", [&] { registry.unknown({.name = "h", .help = "H."}); });
  expect_throws<AlreadyDefinedError>("Registry::counter_function()",
                                     [&] { registry.counter_function({.name = "h", .help = "H."}, one).keep(); });
  expect_throws<AlreadyDefinedError>("Registry::gauge_function()",
                                     [&] { registry.gauge_function({.name = "h", .help = "H."}, one).keep(); });
}

TEST(Contracts, OfFunctions) {
  Registry registry;
  const auto function = [&](const char* of) {
    return registry.gauge_function({.name = "f", .help = "F.", .labels = {{"of", of}}, .max_series = 1},
                                   [] { return 1; });
  };
  const Registration registration = function("a");
  expect_throws<AlreadyDefinedError>("Registry::gauge_function()", [&] { function("a").keep(); });
  expect_throws<AlreadyDefinedError>("Registry::gauge()", [&] {
    registry.gauge({.name = "f", .help = "F.", .labels = {{"of", "a"}}, .max_series = 1});
  });
  expect_throws<RegistrationError>("Registry::gauge_function()", [&] { function("b").keep(); });
}

TEST(Contracts, OfCollectors) {
  Registry registry;
  expect_throws<RegistrationError>("Registry::add()", [&] { registry.add(TestCollector("", [](Sink&) {})); });
  expect_throws<RegistrationError>("Registry::add()", [&] { registry.add(std::shared_ptr<Collector>()); });
  const auto added = std::make_shared<TestCollector>("c", [](Sink&) {});
  registry.add(added);
  expect_throws<AlreadyDefinedError>("Registry::add()", [&] { registry.add(added); });
  std::vector<std::string> lines;
  Registry watched({.diagnostic = [&](std::string_view line) { lines.emplace_back(line); }});
  watched.add(TestCollector("collector", [](Sink& sink) {
    expect_throws<SampleError>("Sink::begin_family()", [&] { sink.begin_family({.name = "a b"}); });
    sink.begin_family({.name = "a", .type = MetricType::counter});
    expect_throws<SampleError>("Sink::counter()", [&] { sink.counter({}, -1); });
    expect_throws<SampleError>("Sink::gauge()", [&] { sink.gauge({}, 1); });
    expect_throws<SampleError>("Sink::histogram()", [&] { sink.histogram({}, {}); });
    expect_throws<SampleError>("Sink::gauge_histogram()", [&] { sink.gauge_histogram({}, {}); });
    expect_throws<SampleError>("Sink::info()", [&] { sink.info({}); });
    expect_throws<SampleError>("Sink::state_set()", [&] { sink.state_set({}, {}); });
    expect_throws<SampleError>("Sink::summary()", [&] { sink.summary({}, {}); });
    expect_throws<SampleError>("Sink::unknown()", [&] { sink.unknown({}, 1); });
  }));
  EXPECT_EQ(to_text(watched), "");
  EXPECT_EQ(lines, std::vector<std::string>());
}

TEST(Contracts, OfLookups) {
  Registry registry;
  const Family<Counter, 1> family = registry.counter({.name = "a_total", .help = "A."}, {"x"});
  const DynamicFamily<Counter> dynamic =
      registry.counter({.name = "b_total", .help = "B."}, std::vector<std::string>{"x"});
  const EnumFamily<Counter, std::size_t> closed =
      registry.counter({.name = "c_total", .help = "C."}, text_label<"a">("x"));
  const std::vector<std::string> none;
  expect_throws<LabelError>("EnumFamily::remove_matching()", [&] { closed.remove_matching({{"y", "1"}}); });
  expect_throws<LabelError>("Family::remove_matching()", [&] { family.remove_matching({{"y", "1"}}); });
  expect_throws<LabelError>("DynamicFamily::remove_matching()", [&] { dynamic.remove_matching({{"y", "1"}}); });
  expect_throws<LabelError>("DynamicFamily::labels()", [&] { static_cast<void>(dynamic.labels(none)); });
  expect_throws<LabelError>("DynamicFamily::find()", [&] { static_cast<void>(dynamic.find(none)); });
  expect_throws<LabelError>("DynamicFamily::remove()", [&] { dynamic.remove(none); });
  expect_throws<LabelError>("LabelText::of()", [] { static_cast<void>(LabelText::of({{"a", "1"}, {"a", "2"}})); });
}

TEST(Contracts, OfHttpMetrics) {
  Registry registry;
  expect_throws<OptionsError>("HttpMetrics::HttpMetrics()",
                              [&] { const HttpMetrics metrics(registry, {.prefix = ""}); });
  expect_throws<OptionsError>("HttpMetrics::HttpMetrics()",
                              [&] { const HttpMetrics metrics(registry, {.routes = {"a"}}); });
  expect_throws<RegistrationError>("HttpMetrics::HttpMetrics()",
                                   [&] { const HttpMetrics metrics(registry, {.prefix = "a b"}); });
  registry.gauge({.name = "a_requests_total", .help = "Something else."});
  expect_throws<AlreadyDefinedError>("HttpMetrics::HttpMetrics()",
                                     [&] { const HttpMetrics metrics(registry, {.prefix = "a"}); });
}

}  // namespace
}  // namespace narthex
