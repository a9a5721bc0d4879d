#include <chrono>
#include <cstdlib>
#include <string>

#include <gtest/gtest.h>
#include <narthex/narthex.h>
#include <narthex/pushgateway_exporter.h>
#include <narthex/textfile.h>

#include "support/contract.h"
#include "support/test_collector.h"

namespace narthex {
namespace {

// Returns a registry whose only sample has a timestamp.
Registry with_timestamp() {
  Registry registry;
  registry.add(TestCollector("collector", [](Sink& sink) {
    sink.begin_family({.name = "a", .type = MetricType::gauge});
    sink.gauge({}, 1, Timestamp::value_type(std::chrono::milliseconds(1)));
  }));
  return registry;
}

TEST(Contracts, OfPushes) {
  expect_throws<OptionsError>("PushgatewayExporter::PushgatewayExporter()",
                              [] { const PushgatewayExporter exporter(Registry(), {}); });
  const PushgatewayOptions options{.url = "http://127.0.0.1:1", .job = "j", .attempts = 1};
  const PushgatewayExporter exporter(Registry(), options);
  expect_throws<PushError>("PushgatewayExporter::push()", [&] { exporter.push(); });
  expect_throws<PushError>("PushgatewayExporter::add()", [&] { exporter.add(); });
  expect_throws<PushError>("PushgatewayExporter::remove()", [&] { exporter.remove(); });
  const PushgatewayExporter rejected(with_timestamp(), options);
  expect_throws<SampleError>("PushgatewayExporter::push()", [&] { rejected.push(); });
  expect_throws<SampleError>("PushgatewayExporter::add()", [&] { rejected.add(); });
}

TEST(PushError, HasTheSystemErrorAndNoStatusWithoutAReply) {
  const PushgatewayExporter exporter(Registry(), {.url = "http://127.0.0.1:1", .job = "j", .attempts = 1});
  try {
    exporter.push();
    FAIL() << "it was pushed";
  } catch (const PushError& error) {
    EXPECT_EQ(error.status(), 0);
    EXPECT_EQ(error.code(), std::errc::connection_refused);
  }
}

TEST(Contracts, OfTextfiles) {
  expect_throws<FileError>("write_textfile()", [] { write_textfile(Registry(), "job.txt"); });
  expect_throws<FileError>("write_textfile()", [] { write_textfile(Registry(), "missing/job.prom"); });
  expect_throws<SampleError>("write_textfile()", [] { write_textfile(with_timestamp(), "job.prom"); });
}

}  // namespace
}  // namespace narthex
