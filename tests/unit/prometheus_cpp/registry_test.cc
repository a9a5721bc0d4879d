// Families and registries of prometheus-cpp 1.3 on narthex. Each expectation follows the comments of its headers.

#include <prometheus/registry.h>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <narthex/narthex.h>
#include <narthex/prometheus_cpp.h>
#include <narthex/testing.h>
#include <prometheus/check_names.h>
#include <prometheus/text_serializer.h>

#include "support/error_message.h"

namespace prometheus {
namespace {

using narthex::error_message;
using testing::ElementsAre;

std::string text(const Collectable& collectable) { return TextSerializer().Serialize(collectable.Collect()); }

// What an Exposer serves.
std::string served(const std::shared_ptr<Collectable>& collectable) {
  narthex::Registry registry;
  registry.add(narthex::prometheus_collector(collectable));
  return narthex::to_text(registry);
}

// family.h: "Return the newly created dimensional data or - if a same set of labels already exists - the already
// existing dimensional data."
TEST(PrometheusCppFamily, ReturnsTheSameMetricForTheSameLabels) {
  Family<Counter> family("requests_total", "Requests.", {});
  Counter& get = family.Add({{"method", "get"}, {"code", "200"}});
  EXPECT_EQ(&get, &family.Add({{"code", "200"}, {"method", "get"}}));
  std::vector<Counter*> others;
  for (int i = 0; i < 1000; ++i) others.push_back(&family.Add({{"code", std::to_string(i)}}));
  others.push_back(&get);
  EXPECT_EQ(&get, &family.Add({{"method", "get"}, {"code", "200"}})) << "the address changed";
  std::ranges::sort(others);
  EXPECT_EQ(std::ranges::adjacent_find(others), others.end());
}

TEST(PrometheusCppFamily, MayHaveOtherLabelNamesInEachMetric) {
  Family<Gauge> family("jobs", "Jobs.", {{"zone", "b"}, {"app", "shop"}});
  family.Add({}).Set(1);
  family.Add({{"state", "idle"}}).Set(2);
  family.Add({{"queue", "mail"}, {"urgent", ""}}).Set(3);
  EXPECT_EQ(text(family), R"(# HELP jobs Jobs.
# TYPE jobs gauge
jobs{app="shop",zone="b"} 1
jobs{app="shop",zone="b",state="idle"} 2
jobs{app="shop",zone="b",queue="mail",urgent=""} 3
)");
}

TEST(PrometheusCppFamily, DistinguishesLabelsByTheirWholeText) {
  Family<Counter> family("hits_total", "Hits.", {});
  const Labels all[] = {{{"a", "x\",b=\"y"}},
                        {{"a", "x"}, {"b", "y"}},
                        {{"a", "x\\\",b=\\\"y"}},
                        {{"a", "x\ny"}},
                        {{"a", "x\\ny"}},
                        {{"a", ""}},
                        {}};
  for (const Labels& labels : all) family.Add(labels).Increment();
  for (const Labels& labels : all) EXPECT_EQ(family.Add(labels).Value(), 1);
  const std::vector<MetricFamily> collected = family.Collect();
  for (std::size_t i = 0; i < std::size(all); ++i) {
    Labels labels;
    for (const auto& [name, value] : collected.at(0).metric.at(i).label) labels[name] = value;
    EXPECT_EQ(labels, all[i]);
  }
}

TEST(PrometheusCppFamily, CreatesMetricsWithArguments) {
  Family<Gauge> gauges("level", "Level.", {});
  EXPECT_EQ(gauges.Add({}, 7.5).Value(), 7.5);
  EXPECT_EQ(gauges.Add({}, 3.0).Value(), 7.5) << "the metric exists";
  Family<Histogram> histograms("size", "Size.", {});
  histograms.Add({{"kind", "a"}}, Histogram::BucketBoundaries{1, 2}).Observe(1);
  histograms.Add({{"kind", "b"}}, std::vector<double>{5}).Observe(9);
  histograms.Add({{"kind", "c"}}, Histogram::BucketBoundaries{1, 2}).Observe(2);
  Family<Summary> summaries("time", "Time.", {});
  summaries.Add({}, Summary::Quantiles{{0.5, 0.05}}, std::chrono::milliseconds(500), 3).Observe(1);
  EXPECT_EQ(text(histograms), R"(# HELP size Size.
# TYPE size histogram
size_count{kind="a"} 1
size_sum{kind="a"} 1
size_bucket{kind="a",le="1"} 1
size_bucket{kind="a",le="2"} 1
size_bucket{kind="a",le="+Inf"} 1
size_count{kind="b"} 1
size_sum{kind="b"} 9
size_bucket{kind="b",le="5"} 0
size_bucket{kind="b",le="+Inf"} 1
size_count{kind="c"} 1
size_sum{kind="c"} 2
size_bucket{kind="c",le="1"} 0
size_bucket{kind="c",le="2"} 1
size_bucket{kind="c",le="+Inf"} 1
)");
  EXPECT_THROW(histograms.Add({{"kind", "d"}}, Histogram::BucketBoundaries{2, 1}), std::invalid_argument);
  EXPECT_FALSE(histograms.Has({{"kind", "d"}}));
  EXPECT_EQ(error_message([&] {
              histograms.Add({{"kind", "d"}}, Histogram::BucketBoundaries{2, 1});
            }),
            "metric 'size': bucket 2 is 1 and follows 2; bounds must increase");
}

// family.h: "The function does nothing, if the given metric was not returned by Add()."
TEST(PrometheusCppFamily, RemovesOnlyItsMetrics) {
  Family<Counter> family("requests_total", "Requests.", {});
  Family<Counter> other("other_total", "Other.", {});
  Counter& get = family.Add({{"method", "get"}});
  Counter& put = family.Add({{"method", "put"}});
  Counter own;
  family.Remove(nullptr);
  family.Remove(&own);
  family.Remove(&other.Add({{"method", "get"}}));
  family.Remove(reinterpret_cast<Counter*>(reinterpret_cast<char*>(&get) + 1));
  EXPECT_TRUE(family.Has({{"method", "get"}}));
  family.Remove(&get);
  family.Remove(&get);
  EXPECT_FALSE(family.Has({{"method", "get"}}));
  EXPECT_TRUE(family.Has({{"method", "put"}}));
  put.Increment();
  EXPECT_EQ(text(family),
            "# HELP requests_total Requests.\n# TYPE requests_total counter\n"
            "requests_total{method=\"put\"} 1\n");
}

TEST(PrometheusCppFamily, StartsAgainFrom0AfterRemove) {
  Family<Counter> family("requests_total", "Requests.", {});
  for (int round = 0; round < 100; ++round) {
    Counter& counter = family.Add({{"method", "get"}});
    EXPECT_EQ(counter.Value(), 0);
    counter.Increment();
    family.Remove(&counter);
    counter.Increment();  // lost
  }
  EXPECT_TRUE(family.Collect().empty());
}

// The caller's code may use the family while a metric is created or collected.
TEST(PrometheusCppFamily, HoldsNoLockDuringCallsOfTheUser) {
  Family<Gauge> family("level", "Level.", {});
  struct Level {
    operator double() const {
      family.Add({{"zone", "other"}});
      return family.Has({{"zone", "b"}}) ? 1 : 2;
    }
    Family<Gauge>& family;
  };
  EXPECT_EQ(family.Add({{"zone", "b"}}, Level{family}).Value(), 2);
  struct Again {
    operator double() const { return family.Add({{"zone", "c"}}, 5.0).Value() + 1; }
    Family<Gauge>& family;
  };
  EXPECT_EQ(family.Add({{"zone", "c"}}, Again{family}).Value(), 5) << "the first one stays";
  EXPECT_EQ(family.Collect().at(0).metric.size(), 3U);
}

TEST(PrometheusCppFamily, RejectsInvalidNames) {
  EXPECT_THROW(Family<Counter>("a b", "", {}), std::invalid_argument);
  EXPECT_THROW(Family<Counter>("a", "", {{"a b", "c"}}), std::invalid_argument);
  Family<Counter> family("hits_total", "Hits.", {{"zone", "b"}});
  EXPECT_THROW(family.Add({{"__a", "c"}}), std::invalid_argument);
  EXPECT_EQ(error_message([&] {
              family.Add({{"a b", "c"}});
            }),
            "metric 'hits_total': label 'a b': invalid label name; allowed: [a-zA-Z_][a-zA-Z0-9_]*, not starting with "
            "__, not `le` of a histogram, not `quantile` of a summary");
  EXPECT_EQ(error_message([&] {
              family.Add({{"zone", "c"}});
            }),
            "metric 'hits_total': label 'zone': duplicate label name; it is a constant label");
  EXPECT_FALSE(family.Has({{"zone", "c"}}));
  EXPECT_THROW(Family<Histogram>("h", "", {}).Add({{"le", "1"}}, Histogram::BucketBoundaries{}), std::invalid_argument);
  EXPECT_TRUE(family.Collect().empty());
}

TEST(PrometheusCppNames, AreChecked) {
  for (const char* good : {"a", "_a1", "a:b", ":"}) EXPECT_TRUE(CheckMetricName(good)) << good;
  for (const char* bad : {"", "1a", "a-b", "__a", "a b", "\xc3\xa4"}) EXPECT_FALSE(CheckMetricName(bad)) << bad;
  for (const char* good : {"a", "_a1", "le", "quantile"}) EXPECT_TRUE(CheckLabelName(good)) << good;
  for (const char* bad : {"", "1a", "a-b", "__a", "a:b"}) EXPECT_FALSE(CheckLabelName(bad)) << bad;
  EXPECT_FALSE(CheckLabelName("le", MetricType::Histogram));
  EXPECT_FALSE(CheckLabelName("quantile", MetricType::Summary));
}

// registry.h: "If a family with the same name and labels already exists return the existing one. If no family with that
// name exists create it. Otherwise throw."
TEST(PrometheusCppRegistry, MergesFamilies) {
  Registry registry;
  auto& family = BuildCounter().Name("hits_total").Help("Hits.").Labels({{"zone", "b"}}).Register(registry);
  EXPECT_EQ(&family, &BuildCounter().Name("hits_total").Help("Others.").Labels({{"zone", "b"}}).Register(registry));
  EXPECT_EQ(family.GetName(), "hits_total");
  EXPECT_EQ(family.GetConstantLabels(), (Labels{{"zone", "b"}}));
  EXPECT_EQ(error_message([&] { BuildCounter().Name("hits_total").Register(registry); }),
            "metric 'hits_total': the registry has a family of this name with other constant labels");
  EXPECT_EQ(error_message([&] {
              BuildGauge().Name("hits_total").Labels({{"zone", "b"}}).Register(registry);
            }),
            "metric 'hits_total': the registry has a family of this name and another type");
  EXPECT_THROW(BuildInfo().Name("hits_total").Register(registry), std::invalid_argument);
}

// registry.h: "Throws if a family with the same name already exists."
TEST(PrometheusCppRegistry, ThrowsForAFamilyThatExists) {
  Registry registry(Registry::InsertBehavior::Throw);
  BuildSummary().Name("time").Register(registry);
  EXPECT_EQ(error_message([&] { BuildSummary().Name("time").Register(registry); }),
            "metric 'time': the registry has a family of this name already");
}

// registry.h: "True if the family was found and removed."
TEST(PrometheusCppRegistry, RemovesFamilies) {
  Registry registry;
  auto& family = BuildCounter().Name("hits_total").Register(registry);
  Family<Counter> other("hits_total", "", {});
  EXPECT_FALSE(registry.Remove(other));
  EXPECT_TRUE(registry.Remove(family));
  BuildGauge().Name("hits_total").Register(registry).Add({}).Set(1);
  EXPECT_EQ(text(registry), "# TYPE hits_total gauge\nhits_total 1\n");
}

TEST(PrometheusCppRegistry, CollectsFamiliesThatHaveMetrics) {
  auto registry = std::make_shared<Registry>();
  BuildInfo().Name("build").Help("Build.").Register(*registry).Add({{"version", "1.2"}});
  BuildGauge().Name("b").Help("B.").Register(*registry).Add({}).Set(2);
  BuildCounter().Name("empty_total").Help("Empty.").Register(*registry);
  BuildCounter().Name("c_total").Register(*registry).Add({}).Increment();
  EXPECT_EQ(text(*registry), R"(# TYPE c_total counter
c_total 1
# HELP b B.
# TYPE b gauge
b 2
# HELP build Build.
# TYPE build gauge
build_info{version="1.2"} 1
)");
  EXPECT_EQ(served(registry), R"(# HELP b B.
# TYPE b gauge
b 2
# HELP build_info Build.
# TYPE build_info gauge
build_info{version="1.2"} 1
# TYPE c_total counter
c_total 1
)");
}

TEST(PrometheusCppRegistry, ServesMetricsAfterReset) {
  auto registry = std::make_shared<Registry>();
  Counter& hits = BuildCounter().Name("hits_total").Register(*registry).Add({{"zone", "b"}});
  Histogram& size =
      BuildHistogram().Name("size").Register(*registry).Add({{"zone", "b"}}, Histogram::BucketBoundaries{1});
  hits.Increment(5);
  size.Observe(5);
  hits.Reset();
  size.Reset();
  hits.Increment();
  EXPECT_EQ(served(registry), R"(# TYPE hits_total counter
hits_total{zone="b"} 1
# TYPE size histogram
size_bucket{zone="b",le="1"} 0
size_bucket{zone="b",le="+Inf"} 0
size_sum{zone="b"} 0
size_count{zone="b"} 0
)");
}

// In OpenMetrics, both have the name `jobs`.
TEST(PrometheusCppRegistry, ServesACounterBesideAGaugeOfItsName) {
  auto registry = std::make_shared<Registry>();
  BuildGauge().Name("jobs").Help("Jobs that run.").Register(*registry).Add({}).Set(2);
  BuildCounter().Name("jobs_total").Help("Jobs completed.").Register(*registry).Add({{"zone", "b"}}).Increment(7);
  EXPECT_EQ(served(registry), R"(# HELP jobs Jobs that run.
# TYPE jobs gauge
jobs 2
# HELP jobs_total Jobs completed.
# TYPE jobs_total untyped
jobs_total{zone="b"} 7
)");
  narthex::Registry native;
  native.add(narthex::prometheus_collector(registry));
  const narthex::Exposition reply = narthex::expose(native, {.accept = "application/openmetrics-text;version=1.0.0"});
  EXPECT_EQ(reply.body, R"(# TYPE jobs gauge
# HELP jobs Jobs that run.
jobs 2.0
# TYPE jobs_total unknown
# HELP jobs_total Jobs completed.
jobs_total{zone="b"} 7.0
# EOF
)");
}

TEST(PrometheusCppRegistry, CallsCollectOfADerivedClass) {
  class Refreshing final : public Registry {
   public:
    std::vector<MetricFamily> Collect() const override {
      std::vector<MetricFamily> families = Registry::Collect();
      families.push_back({"refreshed", "", MetricType::Gauge, {{}}});
      return families;
    }
  };
  auto registry = std::make_shared<Refreshing>();
  BuildCounter().Name("hits_total").Register(*registry).Add({}).Increment();
  EXPECT_EQ(served(registry), "# TYPE hits_total counter\nhits_total 1\n# TYPE refreshed gauge\nrefreshed 0\n");
}

// collectable.h: a class of the user.
class Computed final : public Collectable {
 public:
  std::vector<MetricFamily> Collect() const override { return families; }

  std::vector<MetricFamily> families;
};

TEST(PrometheusCppCollectable, ServesStructsOfTheUser) {
  auto computed = std::make_shared<Computed>();
  ClientMetric metric;
  metric.label = {{"zone", "b"}, {"app", "a\"b"}};
  metric.untyped.value = 3;
  metric.timestamp_ms = 1234;
  metric.summary = {3, 4, {{0.9, 2.5}, {0.5, 1.5}}};
  metric.histogram = {3, 4, {{3, 2}, {1, 0.5}}};  // in any order
  metric.info = {};
  computed->families = {{"a", "A.", MetricType::Untyped, {metric}},
                        {"b", "", MetricType::Summary, {metric}},
                        {"c", "C.", MetricType::Histogram, {metric}},
                        {"d", "D.", MetricType::Info, {metric}}};
  EXPECT_EQ(served(computed), R"(# HELP a A.
# TYPE a untyped
a{app="a\"b",zone="b"} 3 1234
# TYPE b summary
b{app="a\"b",zone="b",quantile="0.5"} 1.5 1234
b{app="a\"b",zone="b",quantile="0.9"} 2.5 1234
b_sum{app="a\"b",zone="b"} 4 1234
b_count{app="a\"b",zone="b"} 3 1234
# HELP c C.
# TYPE c histogram
c_bucket{app="a\"b",zone="b",le="0.5"} 1 1234
c_bucket{app="a\"b",zone="b",le="2"} 3 1234
c_bucket{app="a\"b",zone="b",le="+Inf"} 3 1234
c_sum{app="a\"b",zone="b"} 4 1234
c_count{app="a\"b",zone="b"} 3 1234
# HELP d_info D.
# TYPE d_info gauge
d_info{app="a\"b",zone="b"} 1 1234
)");
}

// prometheus-cpp writes what it gets, so that Prometheus rejects the whole scrape.
TEST(PrometheusCppCollectable, LosesOnlyInvalidFamilies) {
  auto computed = std::make_shared<Computed>();
  ClientMetric good;
  good.counter.value = 1;
  ClientMetric bad;
  bad.counter.value = -1;
  computed->families = {{"a b", "", MetricType::Counter, {good}},
                        {"c_total", "", MetricType::Counter, {bad, good}},
                        {"d_total", "", MetricType::Counter, {good}}};
  testing::internal::CaptureStderr();
  EXPECT_EQ(served(computed), "# TYPE d_total counter\nd_total 1\n");
  EXPECT_EQ(served(computed), "# TYPE d_total counter\nd_total 1\n");
  const std::string logged = testing::internal::GetCapturedStderr();
  EXPECT_THAT(logged, testing::HasSubstr("narthex: family 'a b' of a prometheus::Collectable: "));
  EXPECT_THAT(logged, testing::HasSubstr("narthex: family 'c_total' of a prometheus::Collectable: "));
  EXPECT_EQ(std::ranges::count(logged, '\n'), 2) << logged;
}

TEST(PrometheusCppCollectable, OfANarthexRegistryHasItsSamples) {
  narthex::Registry registry;
  registry.counter({.name = "hits_total", .help = "Hits.", .labels = {{"zone", "b"}}}).inc(2);
  registry.gauge({.name = "level", .help = "Level."}).set(3);
  registry.info({.name = "build_info", .help = "Build.", .labels = {{"version", "1"}}});
  registry.histogram({.name = "size", .help = "Size.", .buckets = {1}}).observe(0.5);
  registry.state_set({.name = "state", .help = "State.", .states = {"idle", "busy"}}).set("busy", true);
  registry.summary({.name = "time", .help = "Time."}).observe(4);
  registry.unknown({.name = "value", .help = "Value."}).set(5);
  const auto collectable = narthex::prometheus_collectable(registry);
  EXPECT_EQ(text(*collectable), R"(# HELP build Build.
# TYPE build gauge
build_info{version="1"} 1
# HELP hits_total Hits.
# TYPE hits_total counter
hits_total{zone="b"} 2
# HELP level Level.
# TYPE level gauge
level 3
# HELP size Size.
# TYPE size histogram
size_count 1
size_sum 0.5
size_bucket{le="1"} 1
size_bucket{le="+Inf"} 1
# HELP state State.
# TYPE state gauge
state{state="idle"} 0
state{state="busy"} 1
# HELP time Time.
# TYPE time summary
time_count 1
time_sum 4
# HELP value Value.
# TYPE value untyped
value 5
)");
  EXPECT_EQ(served(collectable), narthex::to_text(registry));
}

TEST(PrometheusCppCollectable, IsServedWithTheMetricsOfNarthexAsOneExposition) {
  auto old = std::make_shared<Registry>();
  narthex::Registry registry;
  registry.add(narthex::prometheus_collector(old));
  const auto jobs = registry.counter({.name = "jobs_total", .help = "Jobs completed."}, {"kind"});
  jobs.labels("a").inc(1);
  jobs.labels("b").inc(2);
  auto& old_jobs = BuildCounter().Name("jobs_total").Help("Jobs completed.").Register(*old);
  old_jobs.Add({{"kind", "b"}}).Increment(20);  // a series of both: that of narthex is served
  old_jobs.Add({{"kind", "c"}}).Increment(30);
  BuildHistogram().Name("size_bytes").Help("Size of a job.").Register(*old).Add({}, std::vector<double>{1}).Observe(2);
  registry.gauge({.name = "zones", .help = "Zones in use."}).set(3);
  const std::string text = narthex::to_text(registry);
  EXPECT_EQ(text, R"(# HELP jobs_total Jobs completed.
# TYPE jobs_total counter
jobs_total{kind="a"} 1
jobs_total{kind="b"} 2
jobs_total{kind="c"} 30
# HELP size_bytes Size of a job.
# TYPE size_bytes histogram
size_bytes_bucket{le="1"} 0
size_bytes_bucket{le="+Inf"} 1
size_bytes_sum 2
size_bytes_count 1
# HELP zones Zones in use.
# TYPE zones gauge
zones 3
)");
  EXPECT_THAT(narthex::lint(text), testing::IsEmpty());
}

TEST(PrometheusCppCollectable, IsNotServedAfterItsEnd) {
  narthex::Registry registry;
  auto old = std::make_shared<Registry>();
  registry.add(narthex::prometheus_collector(old));
  BuildCounter().Name("hits_total").Register(*old).Add({}).Increment();
  EXPECT_NE(narthex::to_text(registry), "");
  old.reset();
  EXPECT_EQ(narthex::to_text(registry), "");
}

}  // namespace
}  // namespace prometheus
