#include <narthex/http_exporter.h>

#include <atomic>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <narthex/narthex.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/http_client.h"
#include "support/kept_connection.h"
#include "support/open_descriptors.h"
#include "support/temporary_folder.h"
#include "unit/http/exporter_contract.h"

namespace narthex {
namespace {

TEST(HttpExporterFork, ClosesItsDescriptorsInAForkedChild) {
  const TemporaryFolder folder;
  const std::string file = folder.root() + "/m.sock";
  const std::size_t before = open_descriptors();
  auto exporter =
      std::make_unique<HttpExporter>(large_registry(20'000), HttpOptions{.listen = "127.0.0.1:0, unix:" + file});
  auto kept = std::make_unique<KeptConnection>(exporter->port());
  EXPECT_EQ(kept->get("/").status(), "200");
  auto reading = std::make_unique<RawConnection>(exporter->port());
  reading->send("GET /metrics HTTP/1.1\r\nHost: l\r\nConnection: close\r\n\r\n");
  reading->receive(1);
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(20);  // ends a child that waits for threads of the parent
    exporter.reset();
    kept.reset();
    reading.reset();
    ::_exit(open_descriptors() == before ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(std::filesystem::exists(file)) << "the parent still listens";
  EXPECT_EQ(kept->get("/").status(), "200");
  EXPECT_GT(reading->receive().size(), 19'000'000u);
}

TEST(HttpExporterFork, ServesWhileTheProcessForks) {
  HttpExporter exporter(large_registry(100), {.listen = "127.0.0.1:0"});
  exporter.handle("/healthz", [](const auto&) -> HttpExporter::Response { return {.body = "ok\n"}; });
  std::atomic<bool> ends = false;
  std::vector<std::thread> clients;
  for (const char* path : {"/metrics", "/healthz"}) {
    clients.emplace_back([&, path] {
      while (!ends) EXPECT_EQ(get(exporter.port(), path).status(), "200");
    });
  }
  for (int i = 0; i < 200; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      ::alarm(20);
      exporter.~HttpExporter();
      ::_exit(0);
    }
    int status = -1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
  ends = true;
  for (std::thread& client : clients) client.join();
}

}  // namespace
}  // namespace narthex
