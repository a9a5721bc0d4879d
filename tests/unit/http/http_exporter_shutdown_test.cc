#include <narthex/http_exporter.h>

#include <chrono>
#include <cstdint>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>

#include <gmock/gmock.h>
#include <narthex/narthex.h>

#include "support/http_client.h"
#include "support/hung_collector.h"
#include "support/kept_connection.h"
#include "support/open_descriptors.h"
#include "unit/http/exporter_contract.h"

namespace narthex {
namespace {

using std::chrono::milliseconds;

constexpr int kMoreThanSocketsHold = 20'000;  // kilobytes

TEST(HttpExporter, FinishesStartedRepliesInItsDestructor) {
  const Registry registry = large_registry(kMoreThanSocketsHold);
  const std::size_t whole = to_text(registry).size();
  auto exporter = std::make_unique<HttpExporter>(
      registry, HttpOptions{.listen = "127.0.0.1:0", .shutdown_timeout = std::chrono::seconds(60)});
  KeptConnection idle(exporter->port());
  EXPECT_EQ(idle.get().body.size(), whole);
  RawConnection reading(exporter->port());
  reading.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
  std::string reply = reading.receive(1);
  const std::uint16_t port = exporter->port();
  const auto destroyed = std::async(std::launch::async, [&] { exporter.reset(); });
  EXPECT_TRUE(idle.is_closed_by_server());
  reply += reading.receive();
  EXPECT_EQ(HttpReply::of(reply).body.size(), whole);
  destroyed.wait();
  EXPECT_THROW(RawConnection{port}, std::system_error);
}

TEST(HttpExporter, ClosesRepliesThatAreNotReadInItsDestructor) {
  for (const auto timeout : {milliseconds(0), milliseconds(20)}) {
    auto exporter = std::make_unique<HttpExporter>(large_registry(kMoreThanSocketsHold),
                                                   HttpOptions{.listen = "127.0.0.1:0", .shutdown_timeout = timeout});
    RawConnection never_reads(exporter->port());
    never_reads.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
    never_reads.receive(1);
    exporter.reset();
    EXPECT_LT(never_reads.receive().size(), 20'000'000u);
  }
}

TEST(HttpExporter, WaitsForRunningCollectorsInItsDestructorAndLogsTheirNames) {
  const Registry registry;
  HungCollector hung(registry, "queue_depth");
  std::promise<std::string> line;
  auto exporter = std::make_unique<HttpExporter>(
      registry, HttpOptions{.listen = "127.0.0.1:0",
                            .shutdown_timeout = milliseconds(1),
                            .diagnostic = [&](std::string_view text) { line.set_value(std::string(text)); }});
  RawConnection scraping(exporter->port());
  scraping.send("GET /metrics HTTP/1.1\r\nHost: l\r\n\r\n");
  hung.wait_until_running();
  const auto destroyed = std::async(std::launch::async, [&] { exporter.reset(); });
  EXPECT_EQ(line.get_future().get(),
            "HttpExporter waits in its destructor for the collector 'queue_depth' on /metrics");
  EXPECT_EQ(scraping.receive(), "") << "shutdown_timeout is over";
  hung.release();
  destroyed.wait();
}

TEST(HttpExporter, LeavesNoDescriptor) {
  const std::size_t before = open_descriptors();
  for (int i = 0; i < 3; ++i) {
    const HttpExporter exporter(jobs_registry(), {.listen = "127.0.0.1:0, [::1]:0"});
    KeptConnection kept(exporter.port());
    EXPECT_EQ(kept.get().body, kJobs);
  }
  EXPECT_EQ(open_descriptors(), before);
}

}  // namespace
}  // namespace narthex
