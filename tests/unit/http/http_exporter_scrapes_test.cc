#include <narthex/http_exporter.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <narthex/detail/http_totals.h>
#include <narthex/narthex.h>

#include "support/http_client.h"
#include "support/hung_collector.h"
#include "support/kept_connection.h"
#include "unit/http/exporter_contract.h"

namespace narthex {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

HttpExporter::Response ok(const HttpExporter::Request&) { return {.body = "ok\n"}; }

TEST(HttpExporter, ServesOtherPathsWhileCollectorsHang) {
  Registry registry = jobs_registry();
  HungCollector first(registry, "first");
  HungCollector second(registry, "second");
  HttpExporter exporter(registry, {.listen = "127.0.0.1:0", .max_scrapes_in_flight = 4});
  exporter.add(jobs_registry(), "/other");
  exporter.handle("/healthz", ok);
  std::vector<std::unique_ptr<KeptConnection>> waiting;
  for (int i = 0; i < 10; ++i) {
    waiting.push_back(std::make_unique<KeptConnection>(exporter.port()));
    waiting.back()->send("GET /metrics HTTP/1.1\r\nHost: l\r\n\r\n");
    if (i == 0) first.wait_until_running();
  }
  second.wait_until_running();  // by the next scrape, which will wait for the first collector
  EXPECT_EQ(get(exporter.port(), "/other").body, kJobs);
  EXPECT_EQ(get(exporter.port(), "/healthz").body, "ok\n");
  EXPECT_EQ(get(exporter.port(), "/").status(), "200");
  first.release();
  second.release();
  for (const auto& one : waiting) EXPECT_EQ(one->receive().status(), "200");
}

TEST(HttpExporter, SharesAScrapeThatHasNotStarted) {
  Registry registry = jobs_registry();
  registry.add(std::make_shared<LibraryCollector>(registry));
  HungCollector hung(registry, "hung");
  const HttpExporter exporter(registry, {.listen = "127.0.0.1:0", .max_scrapes_in_flight = 1});
  KeptConnection running(exporter.port());
  running.send("GET /metrics HTTP/1.1\r\nHost: l\r\n\r\n");
  hung.wait_until_running();
  std::vector<std::unique_ptr<KeptConnection>> waiting;
  for (int i = 0; i < 20; ++i) {
    waiting.push_back(std::make_unique<KeptConnection>(exporter.port()));
    waiting.back()->send("GET /metrics HTTP/1.1\r\nHost: l\r\n\r\n");
  }
  KeptConnection other(exporter.port());
  other.send("HEAD /metrics HTTP/1.1\r\nHost: l\r\n\r\n");
  while (detail::http_totals().requests_in_flight < 22) std::this_thread::sleep_for(milliseconds(1));
  hung.release();
  EXPECT_THAT(running.receive().body, HasSubstr("narthex_scrapes_total 1\n"));
  for (const auto& one : waiting) EXPECT_THAT(one->receive().body, HasSubstr("narthex_scrapes_total 2\n"));
  EXPECT_THAT(running.get().body, HasSubstr("narthex_scrapes_total 3\n"));
}

TEST(HttpExporter, RefusesRequestsThatWaitTooLong) {
  const Registry registry;
  HungCollector hung(registry, "hung");
  const HttpExporter exporter(registry, {.listen = "127.0.0.1:0", .max_scrapes_in_flight = 1});
  KeptConnection running(exporter.port());
  running.send("GET /metrics HTTP/1.1\r\nHost: l\r\n\r\n");
  hung.wait_until_running();
  KeptConnection waiting(exporter.port());
  const HttpReply reply = waiting.get("/metrics", "X-Prometheus-Scrape-Timeout-Seconds: 0.1\r\n");
  EXPECT_EQ(reply.status(), "503");
  EXPECT_THAT(reply.head, HasSubstr("\r\nRetry-After: 1\r\n"));
  hung.release();
  EXPECT_EQ(running.receive().status(), "200");
  EXPECT_EQ(waiting.get().status(), "200");
}

TEST(HttpExporter, ServesConcurrentScrapes) {
  const Registry registry = large_registry(1000);
  const std::string expected = to_text(registry);
  const HttpExporter exporter(registry, {.listen = "127.0.0.1:0"});
  std::atomic<int> correct{0};
  std::vector<std::thread> scrapers;
  for (int i = 0; i < 16; ++i) {
    scrapers.emplace_back([&] {
      KeptConnection connection(exporter.port());
      for (int scrapes = 0; scrapes < 3; ++scrapes) {
        if (connection.get().body == expected) ++correct;
      }
    });
  }
  for (std::thread& scraper : scrapers) scraper.join();
  EXPECT_EQ(correct.load(), 48);
}

}  // namespace
}  // namespace narthex
