#include <narthex/otlp_exporter.h>

#include <chrono>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <narthex/narthex.h>

#include "support/otlp_text.h"
#include "support/scripted_server.h"

namespace narthex {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Log lines of an exporter, written on several threads.
class Lines {
 public:
  auto callback() {
    return [this](std::string_view line) {
      const std::lock_guard lock(mutex_);
      lines_.emplace_back(line);
    };
  }
  std::vector<std::string> get() const {
    const std::lock_guard lock(mutex_);
    return lines_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

// A variable of the environment while the object exists.
class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) { ::setenv(name, value.c_str(), 1); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;
  ~Variable() { ::unsetenv(name_); }

 private:
  const char* name_;
};

class OtlpExporterTest : public testing::Test {
 protected:
  Registry registry_;
  const Counter jobs_ = registry_.counter({.name = "jobs_total", .help = "Jobs."});
};

TEST_F(OtlpExporterTest, PushesWhenAskedAndAtTheEnd) {
  const ScriptedServer server({ScriptedReply::of(200)});
  jobs_.inc();
  {
    OtlpExporter exporter(registry_, {.endpoint = server.url(), .interval = std::chrono::hours(1)});
    EXPECT_TRUE(exporter.flush(seconds(10)));
    jobs_.inc();
  }
  const auto requests = server.requests();
  ASSERT_GE(requests.size(), 3u);  // the first push may also come by itself
  EXPECT_EQ(requests[0].line(), "POST /v1/metrics HTTP/1.1");
  EXPECT_THAT(otlp_metrics_text(requests[requests.size() - 2].body), testing::HasSubstr(R"("asDouble":2})"));
  EXPECT_THAT(otlp_metrics_text(requests.back().body), testing::HasSubstr(R"("asDouble":0,"flags":1})"));
}

// Case 336.
TEST_F(OtlpExporterTest, GivesUpWhenTheNextPushIsDue) {
  const ScriptedServer server({ScriptedReply::of(429, "Retry-After: 60\r\n"),
                               ScriptedReply::of(429, "Retry-After: 60\r\n"), ScriptedReply::of(200)});
  Lines lines;
  const OtlpExporter exporter(registry_, {.endpoint = server.url(),
                                          .interval = milliseconds(100),
                                          .timeout = seconds(60),
                                          .diagnostic = lines.callback()});
  const auto requests = server.wait_for(3);
  ASSERT_GE(requests.size(), 3u);
  EXPECT_NE(requests[0].body, requests[2].body);  // another time
}

TEST_F(OtlpExporterTest, LogsAFailureOnceAndTheNextSuccess) {
  const ScriptedServer server(
      {ScriptedReply::of(400, {}, "bad"), ScriptedReply::of(400, {}, "bad"), ScriptedReply::of(200)});
  Lines lines;
  OtlpExporter exporter(registry_,
                        {.endpoint = server.url(), .interval = milliseconds(100), .diagnostic = lines.callback()});
  ASSERT_GE(server.wait_for(4).size(), 4u);
  const auto logged = lines.get();
  ASSERT_EQ(logged.size(), 2u);
  EXPECT_EQ(logged[0], "otlp exporter: " + server.url() + "/v1/metrics: HTTP status 400: 'bad'");
  EXPECT_THAT(logged[1], testing::StartsWith("otlp exporter: a push has succeeded again"));
}

TEST_F(OtlpExporterTest, ReturnsFalseIfTheReceiverRefuses) {
  const ScriptedServer server({ScriptedReply::of(400)});
  Lines lines;
  OtlpExporter exporter(registry_, {.endpoint = server.url(), .diagnostic = lines.callback()});
  EXPECT_FALSE(exporter.flush(seconds(10)));
}

TEST_F(OtlpExporterTest, EndsInTimeIfTheReceiverHangs) {
  const ScriptedServer server({{.then = ScriptedReply::Then::hang}});
  Lines lines;
  const auto start = std::chrono::steady_clock::now();
  {
    OtlpExporter exporter(
        registry_, {.endpoint = server.url(), .shutdown_timeout = milliseconds(100), .diagnostic = lines.callback()});
    EXPECT_FALSE(exporter.flush(milliseconds(100)));
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, seconds(5));
}

TEST_F(OtlpExporterTest, ReadsTheEnvironment) {
  const ScriptedServer server({ScriptedReply::of(200)});
  const Variable endpoint("OTEL_EXPORTER_OTLP_ENDPOINT", server.url() + "/base");
  const Variable service("OTEL_SERVICE_NAME", "shop");
  const Variable protocol("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc");
  Lines lines;
  OtlpExporter exporter(registry_, {.diagnostic = lines.callback()});
  EXPECT_THAT(lines.get(),
              testing::ElementsAre("otlp exporter: OTEL_EXPORTER_OTLP_PROTOCOL 'grpc': the protocol is not "
                                   "supported; http/protobuf is used"));
  EXPECT_TRUE(exporter.flush(seconds(10)));
  EXPECT_EQ(server.requests()[0].line(), "POST /base/v1/metrics HTTP/1.1");
  EXPECT_THAT(otlp_request_text(server.requests()[0].body),
              testing::HasSubstr(R"({"key":"service.name","value":{"stringValue":"shop"}})"));
}

TEST_F(OtlpExporterTest, SendsNothingIfTheEnvironmentTurnsItOff) {
  const ScriptedServer server({ScriptedReply::of(200)});
  const Variable disabled("OTEL_SDK_DISABLED", "true");
  {
    OtlpExporter exporter(registry_, {.endpoint = server.url()});
    EXPECT_TRUE(exporter.flush(seconds(10)));
  }
  EXPECT_EQ(server.requests().size(), 0u);
}

TEST_F(OtlpExporterTest, AddsMetricsAboutItsPushesToTheLibraryCollector) {
  const ScriptedServer server({ScriptedReply::of(200)});
  registry_.add(LibraryCollector(registry_));
  OtlpExporter exporter(registry_, {.endpoint = server.url(), .interval = std::chrono::hours(1)});
  EXPECT_TRUE(exporter.flush(seconds(10)));
  EXPECT_THAT(to_text(registry_), testing::HasSubstr(R"({exporter="otlp")"));
}

}  // namespace
}  // namespace narthex
