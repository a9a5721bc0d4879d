#include <narthex/pushgateway_exporter.h>

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <narthex/narthex.h>

#include "support/scripted_server.h"

namespace narthex {
namespace {

using std::chrono::milliseconds;

TEST(PushgatewayThread, ReplacesTheGroupInEachInterval) {
  const ScriptedServer server({ScriptedReply::of(200)});
  Registry registry;
  const Counter runs = registry.counter({.name = "runs_total", .help = "Runs."});
  runs.inc();
  std::optional<PushgatewayExporter> exporter(
      std::in_place, registry, PushgatewayOptions{.url = server.url(), .job = "backup", .interval = milliseconds(100)});
  const auto first = server.wait_for(2);
  ASSERT_GE(first.size(), 2U);
  EXPECT_EQ(first[0].line(), "PUT /metrics/job/backup HTTP/1.1");
  EXPECT_NE(first[0].body.find("\nruns_total 1\n"), std::string::npos) << first[0].body;
  runs.inc();
  exporter.reset();
  EXPECT_NE(server.requests().back().body.find("\nruns_total 2\n"), std::string::npos);
}

TEST(PushgatewayThread, LogsFailures) {
  const ScriptedServer server({ScriptedReply::of(400, {}, "bad")});
  Registry registry;
  std::vector<std::string> lines;  // written by the thread, and read after its end
  {
    const PushgatewayExporter exporter(registry,
                                       {.url = server.url(),
                                        .job = "backup",
                                        .interval = std::chrono::hours(1),
                                        .diagnostic = [&](std::string_view line) { lines.emplace_back(line); }});
  }
  EXPECT_EQ(lines, std::vector<std::string>{"pushgateway exporter: PUT " + server.url() +
                                            "/metrics/job/backup: HTTP status 400 in attempt 1 of 3: 'bad'"});
}

TEST(PushgatewayThread, ChecksItsInterval) {
  for (const PushgatewayOptions& options :
       {PushgatewayOptions{.job = "backup", .interval = milliseconds(99)},
        PushgatewayOptions{.job = "backup", .interval = milliseconds(0)},
        PushgatewayOptions{.job = "backup", .shutdown_timeout = milliseconds(-1)}}) {
    EXPECT_THROW(const PushgatewayExporter exporter(Registry(), options), OptionsError);
  }
}

TEST(PushgatewayThread, CountsPushesAndCalls) {
  const ScriptedServer server({ScriptedReply::of(200), ScriptedReply::of(404)});
  Registry registry;
  registry.add(LibraryCollector(registry));
  const PushgatewayExporter exporter(registry, {.url = server.url(), .job = "counted"});
  exporter.push();
  EXPECT_THROW(exporter.remove(), PushError);
  const std::string text = to_text(registry);
  const std::string url = "url=\"" + server.url() + "/\"";
  for (const std::string& line : {
           "narthex_pushes_total{exporter=\"pushgateway\",outcome=\"success\"," + url + "} 1\n",
           "narthex_pushes_total{exporter=\"pushgateway\",outcome=\"rejected\"," + url + "} 1\n",
           "narthex_pushes_total{exporter=\"pushgateway\",outcome=\"failed\"," + url + "} 0\n",
           "narthex_push_duration_seconds_count{exporter=\"pushgateway\"," + url + "} 2\n",
           "narthex_push_rejected_samples_total{exporter=\"pushgateway\"," + url + "} 0\n",
       }) {
    EXPECT_NE(text.find(line), std::string::npos) << line << text;
  }
}

}  // namespace
}  // namespace narthex
