#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <narthex/error.h>
#include <narthex/exposition.h>
#include <narthex/http_metrics.h>
#include <narthex/registry.h>
#include <narthex/sink.h>

#include "support/contract.h"
#include "support/error_message.h"

namespace narthex {
namespace {

using testing::HasSubstr;
using testing::Not;

// A library of which a program has several instances.
class Pool {
 public:
  explicit Pool(const Registry& registry)
      : registry_(registry),
        queries_(registry.counter({.name = "queries_total", .help = "Queries."}, {"kind"})),
        idle_(registry.gauge_function({.name = "idle_connections", .help = "Connections that wait."},
                                      [] { return 3.0; })) {}
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  ~Pool() { registry_.clear(); }

  void query() { queries_.labels("read").inc(); }

 private:
  Registry registry_;
  Family<Counter, 1> queries_;
  Registration idle_;
};

// A collector with one gauge.
class Sizes final : public Collector {
 public:
  std::string_view name() const override { return "sizes"; }
  void collect(Sink& sink) override {
    sink.begin_family({.name = "size_bytes", .help = "Size.", .unit = "bytes", .type = MetricType::gauge});
    sink.gauge(LabelText::of({{"file", "log"}}), 5);
  }
};

Registry scope_of(const Registry& registry, std::string_view pool) {
  return registry.scoped({.prefix = "db_", .labels = {{"pool", std::string(pool)}}});
}

TEST(Scope, ServesTwoInstancesOfALibrary) {
  const Registry registry;
  auto orders = std::make_unique<Pool>(scope_of(registry, "orders"));
  Pool users(scope_of(registry, "users"));
  orders->query();
  users.query();
  users.query();
  EXPECT_EQ(to_text(registry), R"(# HELP db_idle_connections Connections that wait.
# TYPE db_idle_connections gauge
db_idle_connections{pool="orders"} 3
db_idle_connections{pool="users"} 3
# HELP db_queries_total Queries.
# TYPE db_queries_total counter
db_queries_total{kind="read",pool="orders"} 1
db_queries_total{kind="read",pool="users"} 2
)");
  orders.reset();
  EXPECT_EQ(to_text(registry), R"(# HELP db_idle_connections Connections that wait.
# TYPE db_idle_connections gauge
db_idle_connections{pool="users"} 3
# HELP db_queries_total Queries.
# TYPE db_queries_total counter
db_queries_total{kind="read",pool="users"} 2
)");
}

TEST(Scope, IsServedAlone) {
  const Registry registry({.labels = {{"host", "a"}}});
  registry.gauge({.name = "load", .help = "Load."}).set(1);
  const Registry scope = scope_of(registry, "orders");
  scope.gauge({.name = "load", .help = "Load of a pool."}).set(2);
  scope.add(Sizes());
  EXPECT_EQ(to_text(scope), R"(# HELP db_load Load of a pool.
# TYPE db_load gauge
db_load{host="a",pool="orders"} 2
# HELP db_size_bytes Size.
# TYPE db_size_bytes gauge
db_size_bytes{file="log",host="a",pool="orders"} 5
)");
  EXPECT_THAT(to_text(registry), HasSubstr("\nload{host=\"a\"} 1\n"));
  EXPECT_THAT(to_text(registry), HasSubstr("\ndb_load{host=\"a\",pool=\"orders\"} 2\n"));
  EXPECT_EQ(to_text(scope_of(registry, "users")), "");
}

TEST(Scope, Nests) {
  const Registry registry;
  const Registry outer = scope_of(registry, "orders");
  const Registry inner = outer.scoped({.prefix = "cache_", .labels = {{"level", "1"}}});
  const Counter hits = inner.counter({.name = "hits_total", .help = "Hits."});
  const Registration size = inner.gauge_function({.name = "entries", .help = "Entries."}, [] { return 7.0; });
  hits.inc();
  const std::string text = R"(# HELP db_cache_entries Entries.
# TYPE db_cache_entries gauge
db_cache_entries{level="1",pool="orders"} 7
# HELP db_cache_hits_total Hits.
# TYPE db_cache_hits_total counter
db_cache_hits_total{level="1",pool="orders"} 1
)";
  EXPECT_EQ(to_text(inner), text);
  EXPECT_EQ(to_text(outer), text);
  outer.clear();
  EXPECT_EQ(to_text(registry), "");
  hits.inc();  // stays valid
}

TEST(Scope, WithTheSamePrefixAndLabelsIsTheSame) {
  const Registry registry;
  const Labels labels{{"a", "1"}, {"b", "2"}};
  const Labels turned{{"b", "2"}, {"a", "1"}};
  registry.scoped({.prefix = "x_", .labels = labels}).counter({.name = "n_total", .help = "N."}).inc();
  registry.scoped({.prefix = "x_", .labels = turned}).counter({.name = "n_total", .help = "N."}).inc();
  EXPECT_THAT(to_text(registry), HasSubstr("x_n_total{a=\"1\",b=\"2\"} 2\n"));
  registry.scoped({.prefix = "x_", .labels = turned}).clear();
  EXPECT_EQ(to_text(registry), "");
}

TEST(Scope, WithoutPrefixAndLabelsHasItsOwnFamilies) {
  const Registry registry;
  const Registry scope = registry.scoped({});
  registry.counter({.name = "a_total", .help = "A."});
  scope.counter({.name = "b_total", .help = "B."});
  EXPECT_THAT(to_text(scope), Not(HasSubstr("a_total")));
  scope.clear();
  EXPECT_THAT(to_text(registry), HasSubstr("a_total"));
  EXPECT_THAT(to_text(registry), Not(HasSubstr("b_total")));
}

TEST(Scope, RemovesByNameWithoutPrefix) {
  const Registry registry;
  const Registry orders = scope_of(registry, "orders");
  const Registry users = scope_of(registry, "users");
  for (const Registry& scope : {orders, users}) scope.counter({.name = "n_total", .help = "N."});
  const auto family = users.gauge({.name = "g", .help = "G."}, {"x"});
  EXPECT_FALSE(orders.remove("db_n_total"));
  EXPECT_TRUE(orders.remove("n_total"));
  EXPECT_FALSE(orders.remove("n_total"));
  EXPECT_THAT(to_text(registry), HasSubstr("db_n_total{pool=\"users\"} 0\n"));
  EXPECT_FALSE(orders.remove(family));
  EXPECT_TRUE(users.remove(family));
  EXPECT_TRUE(registry.remove("db_n_total"));
  EXPECT_EQ(to_text(registry), "");
}

TEST(Scope, RemovesOnlyItsCollectors) {
  const Registry registry;
  const Registry orders = scope_of(registry, "orders");
  const Registry users = scope_of(registry, "users");
  const auto collector = std::make_shared<Sizes>();
  orders.add(collector);
  EXPECT_FALSE(users.remove(collector));
  EXPECT_TRUE(registry.remove(collector));
  EXPECT_EQ(to_text(registry), "");
}

TEST(Registry, ClearsEverything) {
  const Registry registry;
  const Counter jobs = registry.counter({.name = "jobs_total", .help = "Jobs."});
  const Registration depth = registry.gauge_function({.name = "depth", .help = "Depth."}, [] { return 1.0; });
  registry.add(Sizes());
  registry.clear();
  EXPECT_EQ(to_text(registry), "");
  jobs.inc();
  registry.gauge({.name = "jobs_total", .help = "Another one."}).set(2);  // the name is free
  EXPECT_THAT(to_text(registry), HasSubstr("jobs_total 2\n"));
}

TEST(Scope, QuotesBothFullNamesInConflicts) {
  const Registry registry;
  const Registry scope = scope_of(registry, "orders");
  registry.histogram({.name = "db_wait", .help = "W."});
  EXPECT_EQ(error_message([&] { scope.gauge({.name = "wait_sum", .help = "W."}); }),
            "gauge 'db_wait_sum': clashes with histogram 'db_wait', because histogram 'db_wait' also writes samples "
            "called 'db_wait_sum'");
  registry.counter({.name = "db_n_total", .help = "N.", .labels = {{"pool", "orders"}}});
  EXPECT_EQ(error_message([&] { scope.counter({.name = "n_total", .help = "N."}); }),
            "counter 'db_n_total': the registry has defined it with the same constant labels (pool='orders'), and now "
            "the scope 'db_' with the labels (pool='orders') does; give them different prefixes or labels");
  scope.counter({.name = "m_total", .help = "M."});
  EXPECT_THAT(error_message([&] { scope.gauge({.name = "m_total", .help = "M."}); }),
              HasSubstr("gauge 'db_m_total': an earlier definition is different; earlier: counter"));
}

TEST(Scope, RejectsPrefixesAndLabelsThatCannotBeServed) {
  const Registry registry({.labels = {{"host", "a"}}});
  EXPECT_EQ(error_message([&] { static_cast<void>(registry.scoped({.prefix = "db-"})); }),
            "scope 'db-': a metric name must not contain '-'; allowed: [a-zA-Z_:][a-zA-Z0-9_:]*, or any UTF-8 with "
            "RegistryOptions{.utf8_names = true}");
  expect_throws<RegistrationError>("Registry::scoped()", [&] { static_cast<void>(registry.scoped({.prefix = "1"})); });
  EXPECT_THROW(static_cast<void>(registry.scoped({.labels = {{"host", "b"}}})), RegistrationError);
  EXPECT_THROW(static_cast<void>(registry.scoped({.labels = {{"a b", "c"}}})), RegistrationError);
  const Registry scope = registry.scoped({.labels = {{"pool", "a"}}});
  EXPECT_THROW(static_cast<void>(scope.scoped({.labels = {{"pool", "b"}}})), RegistrationError);
  EXPECT_THROW(scope.counter({.name = "n_total", .help = "N."}, {"pool"}), RegistrationError);
  EXPECT_THROW(scope_of(Registry(), "").counter({.help = "N."}), RegistrationError);
  EXPECT_EQ(error_message([&] { static_cast<void>(scope_of(registry, "__overflow__")); }),
            "label 'pool': the value '__overflow__' is reserved; use another text");
}

TEST(Scope, NamesTheOuterScopeInConflicts) {
  const Registry registry;
  registry.scoped({.prefix = "a_b_"}).counter({.name = "n_total", .help = "N."});
  const Registry inner = registry.scoped({.prefix = "a_"}).scoped({.prefix = "b_"});
  EXPECT_THAT(error_message([&] { inner.counter({.name = "n_total", .help = "N."}); }),
              HasSubstr("the scope 'a_b_' has defined it with the same constant labels (), and now the scope 'a_b_' in "
                        "the scope 'a_' does"));
}

// A collector that defines a counter while clear() waits for it.
TEST(Scope, ClearsWhatARunningCollectorStillDefines) {
  struct Defining final : Collector {
    Defining(Registry registry, std::promise<void>& promise, std::shared_future<void> future)
        : to(std::move(registry)), started(promise), go(std::move(future)) {}
    std::string_view name() const override { return "defining"; }
    void collect(Sink&) override {
      started.set_value();
      go.wait();
      to.counter({.name = "late_total", .help = "Late."});
    }
    Registry to;
    std::promise<void>& started;
    std::shared_future<void> go;
  };
  const Registry registry;
  std::promise<void> started;
  std::promise<void> go;
  const Registry scope = scope_of(registry, "a");
  scope.add(std::make_shared<Defining>(registry.scoped({.prefix = "db_", .labels = {{"pool", "a"}}}), started,
                                       go.get_future().share()));
  std::thread scrape([&] { static_cast<void>(to_text(registry)); });
  started.get_future().wait();
  std::thread clear([&] { scope.clear(); });
  go.set_value();
  clear.join();
  scrape.join();
  EXPECT_EQ(to_text(registry), "");
}

TEST(Registry, GlobalGetsItsCollectorsAgainAfterClear) {
  Registry::set_global_collectors({});
  Registry::global().clear();
  EXPECT_EQ(to_text(Registry::global()), "");
  Registry::set_global_collectors({});
  EXPECT_THAT(to_text(Registry::global()), HasSubstr("process_cpu_seconds_total"));
}

TEST(Scope, SharesTheLimitOfSeriesOfAName) {
  const Registry registry({.diagnostic = [](std::string_view) {}});
  for (const char* pool : {"a", "b", "c"}) {
    scope_of(registry, pool).counter({.name = "n_total", .help = "N.", .max_series = 2}).inc();
  }
  EXPECT_THAT(to_text(registry), HasSubstr("db_n_total{pool=\"__overflow__\"} 1\n"));
  scope_of(registry, "c").clear();
  EXPECT_THAT(to_text(registry), HasSubstr("db_n_total{pool=\"__overflow__\"} 1\n"));
}

TEST(Scope, NamesTheMetricsOfOtherParts) {
  const Registry registry;
  const HttpMetrics http(registry.scoped({.prefix = "admin_"}));
  http.start("GET", "/").finish(200);
  EXPECT_THAT(to_text(registry), HasSubstr("admin_http_requests_total{code=\"200\",method=\"GET\"} 1\n"));
}

TEST(Scope, OutlivesItsRegistry) {
  Registry scope = Registry().scoped({.prefix = "a_"});
  scope.counter({.name = "n_total", .help = "N."}).inc();
  EXPECT_THAT(to_text(scope), HasSubstr("a_n_total 1\n"));
}

TEST(Scope, MayComeAndGoWhileOthersAreServed) {
  const Registry registry;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      for (int k = 0; k < 200; ++k) {
        Pool pool(scope_of(registry, std::to_string(i)));
        pool.query();
        EXPECT_THAT(to_text(scope_of(registry, std::to_string(i))), HasSubstr("db_queries_total"));
      }
    });
  }
  for (int k = 0; k < 100; ++k) static_cast<void>(to_text(registry));
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(to_text(registry), "");
}

}  // namespace
}  // namespace narthex
