#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <narthex/narthex.h>
#include <narthex/remote_write_exporter.h>
#include <unistd.h>

#include "support/contract.h"
#include "support/scripted_server.h"
#include "unit/remote_write/decoded_request.h"

namespace narthex {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;

// Returns the message of the error of the constructor, or an empty text.
std::string error(const RemoteWriteOptions& options) try {
  const RemoteWriteExporter exporter(Registry(), options);
  return "";
} catch (const OptionsError& e) {
  return e.what();
}

TEST(Contracts, OfRemoteWriteExporter) {
  expect_throws<OptionsError>("RemoteWriteExporter::RemoteWriteExporter()",
                              [] { const RemoteWriteExporter exporter(Registry(), {.url = "x", .job = "j"}); });
}

TEST(RemoteWriteExporterOptions, AreChecked) {
  const std::string start = "remote write exporter: ";
  EXPECT_THAT(error({.url = "ftp://x", .job = "j"}), HasSubstr(start + "url 'ftp://x': "));
  EXPECT_EQ(error({}), start + "job '': the job must not be empty");
  EXPECT_THAT(error({.job = "\xff"}), HasSubstr(start));
  EXPECT_EQ(error({.job = "j", .external_labels = {{"job", "x"}}}),
            start + "label 'job': external_labels must not contain it; use the option job");
  EXPECT_EQ(error({.job = "j", .external_labels = {{"instance", "x"}}}),
            start + "label 'instance': external_labels must not contain it; use the option instance");
  EXPECT_THAT(error({.job = "j", .external_labels = {{"a b", "x"}}}), HasSubstr("'a b'"));
  EXPECT_THAT(error({.job = "j", .external_labels = {{"__name__", "x"}}}), HasSubstr("'__name__'"));
  EXPECT_THAT(error({.job = "j", .external_labels = {{"a", "x"}, {"a", "y"}}}), HasSubstr("'a'"));
  EXPECT_THAT(error({.job = "j", .headers = {"a b: c"}}), HasSubstr(start + "header 'a': "));
  EXPECT_THAT(error({.job = "j", .headers = {"Authorization: x"}, .connection = {.user = "u"}}),
              HasSubstr(start + "header 'Authorization': "));
  EXPECT_EQ(error({.job = "j", .interval = milliseconds(99)}),
            start + "interval is 99 ms; allowed: 100 ms to 24 hours");
  EXPECT_EQ(error({.job = "j", .timeout = milliseconds(0)}), start + "timeout is 0 ms; allowed: 1 ms to 1 hour");
  EXPECT_EQ(error({.job = "j", .shutdown_timeout = milliseconds(-1)}),
            start + "shutdown_timeout is -1 ms; allowed: 0 ms to 1 hour");
  EXPECT_EQ(error({.job = "j", .max_samples_per_request = 0}),
            start + "max_samples_per_request is 0; allowed: 1 to 100000");
  EXPECT_THAT(error({.job = "j", .connection = {.ca_file = "/no/such/file"}}), HasSubstr("'/no/such/file'"));
}

TEST(RemoteWriteExporter, PushesWithItsLabelsAndHeaders) {
  const ScriptedServer server({ScriptedReply::of(204)});
  Registry registry({.labels = {{"zone", "b"}}});
  registry.gauge({.name = "g", .help = "G."}).set(4);
  std::vector<std::string> lines;
  {
    RemoteWriteExporter exporter(registry, {.url = server.url() + "/write",
                                            .job = "shop",
                                            .instance = "web-1",
                                            .external_labels = {{"cluster", "c"}, {"zone", "a"}},
                                            .headers = {"X-Scope-OrgID: team-a", "content-encoding: gzip"},
                                            .version = RemoteWriteVersion::v1,
                                            .interval = std::chrono::hours(1),
                                            .diagnostic = [&](std::string_view line) { lines.emplace_back(line); }});
    EXPECT_TRUE(exporter.flush(seconds(10)));
  }
  const std::vector<ScriptedRequest> requests = server.requests();
  ASSERT_GE(requests.size(), 3u);  // that of flush(), the last values, and the stale markers
  EXPECT_EQ(requests[0].line(), "POST /write HTTP/1.1");
  EXPECT_EQ(requests[0].header("X-Scope-OrgID"), "team-a");
  EXPECT_EQ(requests[0].header("Content-Encoding"), "snappy");
  EXPECT_EQ(requests[0].head.find("gzip"), std::string::npos);
  EXPECT_EQ(requests[0].header("User-Agent"), std::string("narthex/") + kVersion);
  const std::string labels = "{__name__=\"g\",cluster=\"c\",instance=\"web-1\",job=\"shop\",zone=\"b\"} ";
  EXPECT_THAT(RequestDecoder::v1(uncompressed(requests[0].body)).text(), HasSubstr(labels + "4.0 at "));
  EXPECT_THAT(RequestDecoder::v1(uncompressed(requests.back().body)).text(), HasSubstr(labels + "stale at "));
  // Case 377.
  EXPECT_THAT(lines, ElementsAre("remote write exporter: header 'content-encoding: gzip' is ignored, because the "
                                 "protocol sets it"));
}

TEST(RemoteWriteExporter, UsesTheNameOfTheHostAsInstance) {
  const ScriptedServer server({ScriptedReply::of(204)});
  Registry registry;
  registry.gauge({.name = "g", .help = "G."}).set(4);
  RemoteWriteExporter exporter(
      registry, {.url = server.url(), .job = "shop", .version = RemoteWriteVersion::v1, .mark_stale_at_end = false});
  EXPECT_TRUE(exporter.flush(seconds(10)));
  char name[256] = {};
  ASSERT_EQ(::gethostname(name, sizeof name - 1), 0);
  EXPECT_THAT(RequestDecoder::v1(uncompressed(server.requests().at(0).body)).text(),
              HasSubstr("{__name__=\"g\",instance=\"" + std::string(name) + "\",job=\"shop\"} 4.0 at "));
}

TEST(RemoteWriteExporter, LogsAndCountsFailures) {
  const ScriptedServer server(
      {ScriptedReply::of(400, "", "bad"), ScriptedReply::of(400, "", "bad"), ScriptedReply::of(204)});
  Registry registry;
  registry.add(LibraryCollector(registry));
  registry.gauge({.name = "g", .help = "G."}).set(4);
  std::vector<std::string> lines;
  {
    RemoteWriteExporter exporter(registry, {.url = server.url() + "/counted",
                                            .job = "shop",
                                            .version = RemoteWriteVersion::v1,
                                            .interval = std::chrono::hours(1),
                                            .diagnostic = [&](std::string_view line) { lines.emplace_back(line); }});
    EXPECT_FALSE(exporter.flush(seconds(10)));
    EXPECT_FALSE(exporter.flush(seconds(10)));
    EXPECT_TRUE(exporter.flush(seconds(10)));
  }
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0], "remote write exporter: " + server.url() + "/counted: HTTP status 400: 'bad'");
  EXPECT_THAT(to_text(registry),
              HasSubstr("narthex_pushes_total{exporter=\"remote_write\",outcome=\"rejected\",url=\"" + server.url() +
                        "/counted\"} 2\n"));
}

TEST(RemoteWriteExporter, EndsInTimeIfTheReceiverHangs) {
  const ScriptedServer server({{"", ScriptedReply::Then::hang}});
  Registry registry;
  registry.gauge({.name = "g", .help = "G."}).set(4);
  const auto start = std::chrono::steady_clock::now();
  {
    RemoteWriteExporter exporter(registry, {.url = server.url(),
                                            .job = "shop",
                                            .shutdown_timeout = milliseconds(100),
                                            .diagnostic = [](std::string_view) {}});
    EXPECT_FALSE(exporter.flush(milliseconds(50)));
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, seconds(5));
}

}  // namespace
}  // namespace narthex
