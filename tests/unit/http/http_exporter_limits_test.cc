#include <narthex/http_exporter.h>

#include <chrono>
#include <cstdint>
#include <memory>
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
using testing::StartsWith;

constexpr int kMoreThanSocketsHold = 20'000;  // kilobytes

HttpExporter::Response ok(const HttpExporter::Request&) { return {.body = "ok\n"}; }

TEST(HttpExporter, ClosesConnectionsThatSendNoRequest) {
  const HttpExporter exporter(
      jobs_registry(),
      {.listen = "127.0.0.1:0", .request_timeout = milliseconds(50), .idle_timeout = milliseconds(100)});
  RawConnection silent(exporter.port());
  EXPECT_EQ(silent.receive(), "");
  RawConnection half(exporter.port());
  half.send("GET /metrics HTTP/1.1\r\nHo");
  EXPECT_THAT(half.receive(), StartsWith("HTTP/1.1 408 Request Timeout\r\n"));
  KeptConnection idle(exporter.port());
  EXPECT_EQ(idle.get().body, kJobs);
  EXPECT_TRUE(idle.is_closed_by_server());
}

TEST(HttpExporter, ClosesConnectionsThatDoNotReadTheirReply) {
  const HttpExporter exporter(large_registry(kMoreThanSocketsHold),
                              {.listen = "127.0.0.1:0", .write_timeout = milliseconds(100)});
  const std::int64_t open = detail::http_totals().open_connections;
  RawConnection slow(exporter.port());
  slow.send("GET /metrics HTTP/1.1\r\nHost: l\r\n\r\n");
  slow.receive(1);
  while (detail::http_totals().open_connections != open) std::this_thread::sleep_for(milliseconds(1));
}

// Waits until the I/O thread has ended all requests: a scrape thread sends the reply before.
void wait_until_idle() {
  while (detail::http_totals().requests_in_flight != 0) std::this_thread::sleep_for(milliseconds(1));
}

TEST(HttpExporter, ClosesTheOldestConnectionForANewOne) {
  const HttpExporter exporter(jobs_registry(), {.listen = "127.0.0.1:0", .max_connections = 3});
  KeptConnection used(exporter.port());
  EXPECT_EQ(used.get().body, kJobs);
  RawConnection silent(exporter.port());
  EXPECT_EQ(used.get().body, kJobs);
  wait_until_idle();
  std::vector<std::unique_ptr<KeptConnection>> more;
  for (int i = 0; i < 5; ++i) {
    more.push_back(std::make_unique<KeptConnection>(exporter.port()));
    EXPECT_EQ(more.back()->get().body, kJobs);
    wait_until_idle();
  }
  EXPECT_EQ(silent.receive(), "") << "longest without a complete request";
  EXPECT_TRUE(used.is_closed_by_server());
  EXPECT_TRUE(more[1]->is_closed_by_server());
  EXPECT_EQ(more[2]->get().body, kJobs);
}

TEST(HttpExporter, ClosesNoConnectionWhoseScrapeRuns) {
  const Registry registry = jobs_registry();
  HungCollector hung(registry, "hung");
  HttpExporter exporter(registry, {.listen = "127.0.0.1:0", .max_connections = 2});
  exporter.handle("/healthz", ok);
  KeptConnection scraping(exporter.port());
  scraping.send("GET /metrics HTTP/1.1\r\nHost: l\r\n\r\n");
  hung.wait_until_running();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(KeptConnection(exporter.port()).get("/healthz").body, "ok\n");
  hung.release();
  EXPECT_EQ(scraping.receive().status(), "200");
}

// The client has the whole reply before the I/O thread knows that the scrape has ended.
TEST(HttpExporter, AcceptsANewConnectionDirectlyAfterAReply) {
  const Registry registry = jobs_registry();
  const HttpExporter exporter(registry, {.listen = "127.0.0.1:0", .max_connections = 1});
  for (int i = 0; i < 100; ++i) ASSERT_EQ(KeptConnection(exporter.port()).get("/metrics").body, kJobs) << i;
}

TEST(HttpExporter, ClosesNoConnectionWhoseScrapeHasJustEnded) {
  for (int round = 0; round < 20; ++round) {
    const Registry registry = jobs_registry();
    HungCollector hung(registry, "hung");
    const HttpExporter exporter(registry, {.listen = "127.0.0.1:0", .max_connections = 4});
    KeptConnection scraping(exporter.port());
    scraping.send("GET /metrics HTTP/1.1\r\nHost: l\r\n\r\n");
    hung.wait_until_running();
    std::vector<std::unique_ptr<KeptConnection>> others;
    for (int i = 0; i < 64; ++i) {
      if (i == 8) hung.release();
      others.push_back(std::make_unique<KeptConnection>(exporter.port()));
    }
    ASSERT_EQ(scraping.receive().status(), "200") << round;
  }
}

TEST(HttpExporter, LimitsTheBytesThatClientsHaveNotRead) {
  const HttpExporter exporter(large_registry(kMoreThanSocketsHold),
                              {.listen = "127.0.0.1:0", .max_pending_bytes = 50'000'000});
  std::vector<std::unique_ptr<RawConnection>> slow;
  for (int i = 0; i < 5; ++i) {
    slow.push_back(std::make_unique<RawConnection>(exporter.port()));
    slow.back()->send("GET /metrics HTTP/1.1\r\nHost: l\r\nConnection: close\r\n\r\n");
    EXPECT_THAT(slow.back()->receive(1), StartsWith("HTTP/1.1 200 OK"));
  }
  const std::size_t whole = to_text(large_registry(kMoreThanSocketsHold)).size();
  EXPECT_LT(slow[0]->receive().size(), whole) << "closed for the third one";
  EXPECT_GT(slow[4]->receive().size() + 200'000, whole);
  EXPECT_EQ(get(exporter.port()).body.size(), whole);
}

TEST(HttpExporter, ServesAReplyThatIsLargerThanTheLimit) {
  const HttpExporter exporter(large_registry(1000), {.listen = "127.0.0.1:0", .max_pending_bytes = 1});
  EXPECT_GT(get(exporter.port()).body.size(), 1'000'000u);
}

TEST(HttpExporter, ToleratesClientsThatStopInTheMiddle) {
  const HttpExporter exporter(large_registry(kMoreThanSocketsHold), {.listen = "127.0.0.1:0"});
  const std::int64_t open = detail::http_totals().open_connections;
  for (int i = 0; i < 10; ++i) {
    RawConnection silent(exporter.port());
    RawConnection half_a_request(exporter.port());
    half_a_request.send("GET /metrics HTTP/1.1\r\nHo");
    RawConnection half_a_reply(exporter.port());
    half_a_reply.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
    half_a_reply.receive(1000);
    RawConnection no_reply(exporter.port());
    no_reply.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }
  EXPECT_EQ(get(exporter.port()).status(), "200");
  while (detail::http_totals().open_connections != open) std::this_thread::sleep_for(milliseconds(1));
  EXPECT_EQ(detail::http_totals().requests_in_flight, 0);
}

}  // namespace
}  // namespace narthex
