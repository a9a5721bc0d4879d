#include <narthex/detail/push_rules.h>

#include <chrono>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <narthex/narthex.h>
#include <narthex/pushgateway_exporter.h>

#include "support/test_collector.h"

namespace narthex {
namespace {

using testing::AnyOf;
using testing::StartsWith;

constexpr std::chrono::sys_time<std::chrono::milliseconds> kNow{std::chrono::milliseconds(1'700'000'000'123)};

template <class Call>
std::string error_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "none";
}

// Exposition rule 215: the check runs before anything is sent, so the test needs no server.
TEST(PushRules, RejectALabelOfTheGroup) {
  Registry registry;
  registry.counter({.name = "runs_total", .help = "Runs."}, {"job"}).labels("a").inc();
  const PushgatewayExporter by_job(registry, {.url = "http://127.0.0.1:1", .job = "backup"});
  EXPECT_EQ(
      error_of([&] { by_job.push(); }),
      "sample 'runs_total{job=\"a\"}': the label 'job' is part of the grouping key; pushed samples must not have it");
}

TEST(PushRules, RejectEveryLabelOfTheGroupingKey) {
  Registry registry({.labels = {{"zone", "b"}}});
  registry.histogram({.name = "run_seconds", .help = "Runs."}).observe(1);
  const PushgatewayExporter exporter(
      registry, {.url = "http://127.0.0.1:1", .job = "backup", .grouping = {{"instance", "a"}, {"zone", "c"}}});
  EXPECT_EQ(error_of([&] { exporter.add(); }),
            "sample 'run_seconds{zone=\"b\"}': the label 'zone' is part of the grouping key; pushed samples must not "
            "have it");
}

TEST(PushRules, RejectReservedAndEscapedLabelsOfTheGroup) {
  const auto refusal = [](const Registry& registry, const std::vector<std::string>& group_labels) {
    return error_of([&] { detail::expose_for_push(registry, group_labels); });
  };
  Registry states;
  states.state_set({.name = "job", .help = "J.", .states = {"idle"}});
  EXPECT_EQ(refusal(states, {"job"}),
            "sample 'job{}': the label 'job' is part of the grouping key; pushed samples must not have it");
  Registry histograms;
  histograms.histogram({.name = "h", .help = "H."});
  EXPECT_EQ(refusal(histograms, {"le"}),
            "sample 'h{}': the label 'le' is part of the grouping key; pushed samples must not have it");
  Registry dotted({.labels = {{"data.center", "x"}}, .utf8_names = true});
  dotted.gauge({.name = "g", .help = "G."});
  EXPECT_EQ(refusal(dotted, {"data_center"}),
            "sample 'g{data_center=\"x\"}': the label 'data_center' is part of the grouping key; pushed samples must "
            "not have it");
}

TEST(PushRules, RejectASampleWithATimestamp) {
  Registry registry;
  registry.add(TestCollector("late", [](Sink& sink) {
    sink.begin_family({.name = "level", .type = MetricType::gauge});
    sink.gauge({}, 1, kNow);
  }));
  EXPECT_EQ(error_of([&] { detail::expose_for_push(registry, {}); }),
            "sample 'level{}': the sample has the timestamp 1700000000123 ms; pushed samples must not have timestamps");
}

TEST(PushRules, AcceptAllOtherSamples) {
  Registry registry;
  registry.counter({.name = "runs_total", .help = "Runs."}, {"jobs"}).labels("a").inc();
  const std::vector<std::string> group_labels{"job"};
  const Exposition pushed = detail::expose_for_push(registry, group_labels);
  EXPECT_EQ(pushed.content_type, "text/plain; version=0.0.4; charset=utf-8; escaping=underscores");
  EXPECT_EQ(pushed.body, to_text(registry));
}

TEST(PushRules, CallEachCollectorOnce) {
  Registry registry({.utf8_names = true});
  int calls = 0;
  registry.add(TestCollector("counting", [&](Sink& sink) {
    ++calls;
    write_gauge(sink, "level.now", calls);
  }));
  EXPECT_EQ(detail::expose_for_push(registry, {}).body, "# HELP level_now G.\n# TYPE level_now gauge\nlevel_now 1\n");
  EXPECT_EQ(calls, 1);
}

TEST(PushRules, AcceptEveryMetricKind) {
  Registry registry({.labels = {{"zone", "b"}}});
  registry.counter({.name = "runs_total", .help = "Runs."}).inc();
  registry.gauge({.name = "level", .help = "Level."}).set(2);
  registry.unknown({.name = "other", .help = "Other."}).set(3);
  registry.info({.name = "build_info", .help = "Build.", .labels = {{"version", "1"}}});
  registry.state_set({.name = "state", .help = "State.", .states = {"idle", "busy"}});
  registry.histogram({.name = "work", .help = "Work.", .buckets = {1}}).observe(4);
  registry.summary({.name = "wait", .help = "Wait."}).observe(5);
  EXPECT_EQ(detail::expose_for_push(registry, {}).body, to_text(registry));
}

TEST(PushgatewayExporter, RejectsInvalidOptions) {
  const auto error_with = [](PushgatewayOptions options) {
    options.job = std::string("j");  // GCC 12 sees an overflow in the assignment of the literal
    return error_of([&] { const PushgatewayExporter exporter(Registry(), options); });
  };
  EXPECT_EQ(error_with({.timeout = std::chrono::milliseconds(0)}),
            "pushgateway exporter: timeout is 0 ms; allowed: 1 ms to 1 hour");
  EXPECT_EQ(error_with({.attempts = 11}), "pushgateway exporter: attempts is 11; allowed: 1 to 10");
  for (const std::string bad : {"X-B", ": b", "X-A: b\r\nX-B: c"}) {
    PushgatewayOptions options;
    options.headers.emplace_back("X-A: b");
    options.headers.push_back(bad);
    const std::string error = error_with(options);
    EXPECT_EQ(error.find("pushgateway exporter: header '" + bad.substr(0, bad.find(':'))), 0U) << error;
    EXPECT_NE(error.find("': a header is one line with a name; for example 'X-Scope-OrgID: team-a'"), std::string::npos)
        << error;
  }
}

TEST(PushgatewayExporter, DoesNotShowItsPasswordInErrors) {
  const PushgatewayExporter exporter(Registry(),
                                     {.url = "http://me:s3cret@127.0.0.1:1/a@b", .job = "j", .attempts = 1});
  try {
    exporter.push();
    FAIL() << "there was a reply";
  } catch (const PushError& error) {
    const std::string what = error.what();
    EXPECT_EQ(what.find("pushgateway exporter: PUT http://127.0.0.1:1/a@b/metrics/job/j: no reply in attempt"), 0U)
        << what;
    EXPECT_EQ(what.find("s3cret"), std::string::npos) << what;
  }
}

TEST(PushgatewayExporter, ReportsTheUrlThatSentNoReply) {
  const PushgatewayExporter exporter(Registry(), {.url = "http://127.0.0.1:1", .job = "j", .attempts = 1});
  const std::string start =
      "pushgateway exporter: DELETE http://127.0.0.1:1/metrics/job/j: no reply in attempt 1 of 1: 'Failed to connect "
      "to ";
  try {
    exporter.remove();
    FAIL() << "there was a reply";
  } catch (const PushError& error) {
    // The second form is that of libcurl in Debian sid.
    EXPECT_THAT(error.what(), AnyOf(StartsWith(start + "127.0.0.1 port 1 "), StartsWith(start + "127.0.0.1:1 ")));
  }
}

}  // namespace
}  // namespace narthex
