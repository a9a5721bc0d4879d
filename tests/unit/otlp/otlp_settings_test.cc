#include "otlp/otlp_settings.h"

#include <chrono>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <narthex/detail/gzip.h>
#include <narthex/error.h>
#include <narthex/version.h>
#include <sys/wait.h>
#include <unistd.h>

#include "otlp/otlp_resource.h"
#include "support/error_message.h"
#include "support/otlp_text.h"
#include "support/temporary_folder.h"

namespace narthex {
namespace {

using detail::otlp::Settings;
using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::IsEmpty;

using Variables = std::map<std::string, std::string>;

class OtlpSettings : public testing::Test {
 protected:
  // Makes settings in an environment with these variables alone. Keeps the log lines.
  Settings settings(const Variables& variables, const OtlpOptions& options = {}) {
    lines_.clear();
    const auto lookup = [&](const char* name) {
      const auto found = variables.find(name);
      return found == variables.end() ? nullptr : found->second.c_str();
    };
    return detail::otlp::make_settings(options, lookup, [&](std::string_view line) { lines_.emplace_back(line); });
  }

  std::string url(const Variables& variables, const OtlpOptions& options = {}) {
    return settings(variables, options).url;
  }

  // Returns the attributes of the resource: "service.name=shop service.version=1.2". Random and fixed ones are left out.
  std::string resource(const Variables& variables, const OtlpOptions& options = {}) {
    const std::string message = settings(variables, options).resource;
    std::string text;
    protozero::pbf_reader reader(message);
    while (reader.next(1)) {
      protozero::pbf_reader attribute = reader.get_message();
      attribute.next(1);
      const std::string key = attribute.get_string();
      attribute.next(2);
      protozero::pbf_reader value = attribute.get_message();
      value.next(1);
      const std::string value_text = value.get_string();
      if (key.starts_with("telemetry.") || (key == "service.instance.id" && value_text.size() == 36)) continue;
      text += (text.empty() ? "" : " ") + key + '=' + value_text;
    }
    return text;
  }

  std::vector<std::string> lines_;
};

TEST_F(OtlpSettings, HaveTheDefaultsOfOpenTelemetry) {
  const Settings defaults = settings({});
  EXPECT_FALSE(defaults.is_disabled);
  EXPECT_EQ(defaults.url, "http://localhost:4318/v1/metrics");
  EXPECT_THAT(defaults.headers, IsEmpty());
  EXPECT_FALSE(defaults.is_compressed);
  EXPECT_FALSE(defaults.prefers_exponential);
  EXPECT_TRUE(defaults.marks_stale_at_end);
  EXPECT_EQ(defaults.interval, std::chrono::seconds(60));
  EXPECT_EQ(defaults.timeout, std::chrono::seconds(10));
  EXPECT_EQ(defaults.shutdown_timeout, std::chrono::seconds(5));
  EXPECT_THAT(lines_, IsEmpty());
}

// Case 330.
TEST_F(OtlpSettings, AppendThePathToABaseUrlOnly) {
  const std::string base = "OTEL_EXPORTER_OTLP_ENDPOINT";
  const std::string metrics = "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT";
  EXPECT_EQ(url({{base, "http://c:4318"}}), "http://c:4318/v1/metrics");
  EXPECT_EQ(url({{base, "http://c:4318/"}}), "http://c:4318/v1/metrics");
  EXPECT_EQ(url({{base, "http://c:4318/x"}}), "http://c:4318/x/v1/metrics");
  EXPECT_EQ(url({{base, "http://c:4318/x?a=b/"}}), "http://c:4318/x/v1/metrics?a=b/");
  EXPECT_EQ(url({{metrics, "http://c:4318"}}), "http://c:4318");  // libcurl sends the path /
  EXPECT_EQ(url({{metrics, "https://c/v1/metrics/"}}), "https://c/v1/metrics/");
  EXPECT_EQ(url({{metrics, "http://m"}, {base, "http://b"}}), "http://m");
  EXPECT_EQ(url({{metrics, ""}, {base, "http://b"}}), "http://b/v1/metrics");
  EXPECT_EQ(url({{metrics, "http://m"}, {base, "http://b"}}, {.endpoint = "http://o"}), "http://o/v1/metrics");
  EXPECT_EQ(url({{metrics, "http://m"}, {base, "http://b"}}, {.metrics_endpoint = "http://o/x"}), "http://o/x");
  EXPECT_THAT(lines_, IsEmpty());
}

TEST_F(OtlpSettings, IgnoreInvalidUrlsOfTheEnvironment) {
  EXPECT_EQ(url({{"OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318"}}), "http://localhost:4318/v1/metrics");
  ASSERT_EQ(lines_.size(), 1u);
  EXPECT_TRUE(lines_[0].starts_with("OTEL_EXPORTER_OTLP_ENDPOINT: URL 'collector:4318': ")) << lines_[0];
  EXPECT_TRUE(lines_[0].ends_with("; it is ignored")) << lines_[0];
  EXPECT_EQ(url({{"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "ftp://c"}, {"OTEL_EXPORTER_OTLP_ENDPOINT", "http://b"}}),
            "http://b/v1/metrics");
  EXPECT_EQ(lines_.size(), 1u);
}

// Case 331.
TEST_F(OtlpSettings, ReadHeaders) {
  EXPECT_THAT(settings({{"OTEL_EXPORTER_OTLP_HEADERS", "a=1, b = x%20y"}}).headers, ElementsAre("a: 1", "b: x y"));
  EXPECT_THAT(lines_, IsEmpty());
  EXPECT_THAT(settings({{"OTEL_EXPORTER_OTLP_HEADERS", "Content-Type=x,a=1"}}).headers, ElementsAre("a: 1"));
  EXPECT_THAT(lines_,
              ElementsAre("OTEL_EXPORTER_OTLP_HEADERS: item 1 'Content-Type': the exporter sets this header itself; "
                          "it is ignored"));
  EXPECT_THAT(settings({{"OTEL_EXPORTER_OTLP_HEADERS", "a=1"}, {"OTEL_EXPORTER_OTLP_METRICS_HEADERS", "b=2"}}).headers,
              ElementsAre("b: 2"));
  EXPECT_THAT(settings({{"OTEL_EXPORTER_OTLP_HEADERS", "a=1,b=2"}}, {.headers = {"A: 3"}}).headers,
              ElementsAre("A: 3", "b: 2"));
}

TEST_F(OtlpSettings, IgnoreInvalidHeadersWithoutShowingTheirValues) {
  EXPECT_THAT(settings({{"OTEL_EXPORTER_OTLP_HEADERS",
                         "secret,=secret,a secret=secret,d=secret%0a,e=secret%z0,f=secret%ff,g=7,h:secret=1"}})
                  .headers,
              ElementsAre("g: 7"));
  const std::string start = "OTEL_EXPORTER_OTLP_HEADERS: item ";
  const std::string escape =
      ": after each '%' there must be two hex digits, and the result must be UTF-8; it is ignored";
  EXPECT_THAT(lines_,
              ElementsAre(start + "1: it has no '='; it is ignored", start + "2: the key is empty; it is ignored",
                          start + "3: the key is not the name of a header; it is ignored",
                          start + "4 'd': the value has a control character; it is ignored", start + "5 'e'" + escape,
                          start + "6 'f'" + escape, start + "8: the key is not the name of a header; it is ignored"));
}

TEST_F(OtlpSettings, ReadTheCompression) {
  ASSERT_TRUE(detail::can_gzip());
  EXPECT_TRUE(settings({{"OTEL_EXPORTER_OTLP_COMPRESSION", "GZip"}}).is_compressed);
  EXPECT_FALSE(
      settings({{"OTEL_EXPORTER_OTLP_COMPRESSION", "gzip"}, {"OTEL_EXPORTER_OTLP_METRICS_COMPRESSION", "none"}})
          .is_compressed);
  EXPECT_FALSE(
      settings({{"OTEL_EXPORTER_OTLP_COMPRESSION", "gzip"}}, {.compression = OtlpCompression::none}).is_compressed);
  EXPECT_TRUE(settings({}, {.compression = OtlpCompression::gzip}).is_compressed);
  EXPECT_THAT(lines_, IsEmpty());
  EXPECT_FALSE(settings({{"OTEL_EXPORTER_OTLP_COMPRESSION", "zstd"}}).is_compressed);
  EXPECT_THAT(lines_, ElementsAre("OTEL_EXPORTER_OTLP_COMPRESSION 'zstd': allowed: none, gzip; requests are not "
                                  "compressed"));
}

TEST_F(OtlpSettings, ReadTimes) {
  EXPECT_EQ(settings({{"OTEL_METRIC_EXPORT_INTERVAL", "15000"}}).interval, std::chrono::seconds(15));
  EXPECT_EQ(settings({{"OTEL_METRIC_EXPORT_INTERVAL", "15000"}}, {.interval = milliseconds(100)}).interval,
            milliseconds(100));
  EXPECT_EQ(settings({{"OTEL_EXPORTER_OTLP_TIMEOUT", " 2000 "}}).timeout, milliseconds(2000));
  EXPECT_EQ(settings({{"OTEL_EXPORTER_OTLP_TIMEOUT", "2000"}, {"OTEL_EXPORTER_OTLP_METRICS_TIMEOUT", "3000"}}).timeout,
            milliseconds(3000));
  EXPECT_EQ(settings({{"OTEL_EXPORTER_OTLP_TIMEOUT", "0"}}).timeout, std::chrono::seconds(30));
  EXPECT_EQ(settings({{"OTEL_EXPORTER_OTLP_TIMEOUT", "0"}, {"OTEL_METRIC_EXPORT_TIMEOUT", "0"}}).timeout,
            std::chrono::hours(1));
  EXPECT_EQ(settings({{"OTEL_METRIC_EXPORT_TIMEOUT", "5000"}}).timeout, milliseconds(5000));
  EXPECT_EQ(settings({{"OTEL_METRIC_EXPORT_TIMEOUT", "5000"}}, {.timeout = milliseconds(40'000)}).timeout,
            milliseconds(40'000));
  EXPECT_THAT(lines_, IsEmpty());
}

TEST_F(OtlpSettings, IgnoreInvalidTimesOfTheEnvironment) {
  for (const std::string_view value : {"-1", "1.5", "10s", "99999999999999999999", " "}) {
    EXPECT_EQ(settings({{"OTEL_EXPORTER_OTLP_TIMEOUT", std::string(value)}}).timeout, std::chrono::seconds(10));
    EXPECT_THAT(lines_, ElementsAre("OTEL_EXPORTER_OTLP_TIMEOUT '" + std::string(value) +
                                    "': allowed: milliseconds from 0, which means no limit; the default is used"));
  }
  for (const std::string_view value : {"0", "99", "86400001", "x"}) {
    EXPECT_EQ(settings({{"OTEL_METRIC_EXPORT_INTERVAL", std::string(value)}}).interval, std::chrono::seconds(60));
    EXPECT_THAT(lines_, ElementsAre("OTEL_METRIC_EXPORT_INTERVAL '" + std::string(value) +
                                    "': allowed: 100 to 86400000 milliseconds; 60000 are used"));
  }
}

TEST_F(OtlpSettings, ReadTheKindOfHistograms) {
  const std::string name = "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION";
  EXPECT_TRUE(settings({{name, "base2_exponential_bucket_histogram"}}).prefers_exponential);
  EXPECT_FALSE(settings({{name, "explicit_bucket_histogram"}}).prefers_exponential);
  EXPECT_FALSE(
      settings({{name, "base2_exponential_bucket_histogram"}}, {.exponential_histograms = false}).prefers_exponential);
  EXPECT_TRUE(settings({}, {.exponential_histograms = true}).prefers_exponential);
  EXPECT_THAT(lines_, IsEmpty());
  EXPECT_FALSE(settings({{name, "x"}}).prefers_exponential);
  EXPECT_EQ(lines_.size(), 1u);
}

TEST_F(OtlpSettings, NameWhatIsNotSupported) {
  settings({{"OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"}});
  EXPECT_THAT(lines_, ElementsAre("OTEL_EXPORTER_OTLP_PROTOCOL 'grpc': the protocol is not supported; http/protobuf is "
                                  "used"));
  settings({{"OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"}, {"OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", "http/protobuf"}});
  EXPECT_THAT(lines_, IsEmpty());
  settings({{"OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "delta"}});
  EXPECT_THAT(lines_, ElementsAre("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE 'delta': the temporality is not "
                                  "supported; all values are cumulative"));
  settings({{"OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "Cumulative"}});
  EXPECT_THAT(lines_, IsEmpty());
}

TEST_F(OtlpSettings, AreDisabledByTheEnvironment) {
  EXPECT_TRUE(settings({{"OTEL_SDK_DISABLED", "True"}}).is_disabled);
  EXPECT_TRUE(settings({{"OTEL_METRICS_EXPORTER", "none"}}).is_disabled);
  EXPECT_FALSE(settings({{"OTEL_METRICS_EXPORTER", "otlp"}}).is_disabled);
  EXPECT_FALSE(settings({{"OTEL_SDK_DISABLED", "false"}}).is_disabled);
  EXPECT_FALSE(settings({{"OTEL_SDK_DISABLED", ""}}).is_disabled);
  EXPECT_THAT(lines_, IsEmpty());
  EXPECT_FALSE(settings({{"OTEL_SDK_DISABLED", "1"}}).is_disabled);
  EXPECT_THAT(lines_, ElementsAre("OTEL_SDK_DISABLED '1': allowed: true, false; it counts as false"));
}

TEST_F(OtlpSettings, ReadCertificates) {
  const TemporaryFolder folder;
  const std::string file = folder.root() + "/file.pem";
  std::ofstream(file) << "x";
  const Settings set = settings({{"OTEL_EXPORTER_OTLP_CERTIFICATE", file},
                                 {"OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", file},
                                 {"OTEL_EXPORTER_OTLP_METRICS_CLIENT_KEY", file}});
  EXPECT_EQ(set.connection.ca_file, file);
  EXPECT_EQ(set.connection.certificate_file, file);
  EXPECT_EQ(set.connection.key_file, file);
  EXPECT_THAT(lines_, IsEmpty());
  const Settings own = settings({{"OTEL_EXPORTER_OTLP_CLIENT_KEY", file}}, {.connection = {.certificate_file = file}});
  EXPECT_EQ(own.connection.certificate_file, file);
  EXPECT_EQ(own.connection.key_file, "");
  const Settings missing =
      settings({{"OTEL_EXPORTER_OTLP_CERTIFICATE", file + "x"}, {"OTEL_EXPORTER_OTLP_CLIENT_KEY", file}});
  EXPECT_EQ(missing.connection.ca_file, "");
  EXPECT_EQ(missing.connection.key_file, "");
  ASSERT_EQ(lines_.size(), 2u);
  EXPECT_TRUE(lines_[0].starts_with("OTEL_EXPORTER_OTLP_CERTIFICATE: ca_file '" + file + "x': ")) << lines_[0];
  EXPECT_TRUE(lines_[1].starts_with("OTEL_EXPORTER_OTLP_CLIENT_KEY: key_file '" + file + "': ")) << lines_[1];
}

// Case 332.
TEST_F(OtlpSettings, ReadTheAttributesOfTheResource) {
  const std::string attributes = "OTEL_RESOURCE_ATTRIBUTES";
  const std::string name = "OTEL_SERVICE_NAME";
  EXPECT_EQ(resource({{attributes, "service.name=a%2Cb,k=v"}, {name, "c"}}), "k=v service.name=c");
  EXPECT_EQ(resource({{attributes, "service.name=a%2Cb, k = v w "}}), "k=v w service.name=a,b");
  EXPECT_EQ(resource({{attributes, "service.name=a,service.instance.id=i"}, {name, "c"}},
                     {.resource = {{"service.name", "shop"}, {"service.version", "1.2"}}}),
            "service.instance.id=i service.name=shop service.version=1.2");
  EXPECT_THAT(lines_, IsEmpty());
  for (const std::string_view value : {"k=%zz", "k=v,", "k", "=v", "k=1,k=2", "k=%ff", "%00=v,k=%"}) {
    EXPECT_EQ(resource({{attributes, "a=b," + std::string(value)}, {name, "c"}}), "service.name=c") << value;
    ASSERT_EQ(lines_.size(), 1u) << value;
    EXPECT_TRUE(lines_[0].starts_with("OTEL_RESOURCE_ATTRIBUTES: item ")) << lines_[0];
    EXPECT_TRUE(lines_[0].ends_with("; the variable is ignored")) << lines_[0];
  }
}

TEST_F(OtlpSettings, DoNotShowAttributesOfTheResource) {
  const std::string attributes = "OTEL_RESOURCE_ATTRIBUTES";
  const std::string start = attributes + ": item ";
  settings({{attributes, "k=secret,secret"}});
  EXPECT_THAT(lines_, ElementsAre(start + "2: it has no '='; the variable is ignored"));
  settings({{attributes, "k=secret,l=secret%"}});
  EXPECT_THAT(lines_, ElementsAre(start + "2 'l': after each '%' there must be two hex digits, and the result must be "
                                          "UTF-8; the variable is ignored"));
  settings({{attributes, "k=secret,k=secret"}});
  EXPECT_THAT(lines_, ElementsAre(start + "2 'k': the key appears twice; the variable is ignored"));
}

TEST_F(OtlpSettings, HaveAnotherIdentityInTheChildOfAFork) {
  const std::string& id = detail::otlp::random_instance_id();
  const std::string before = id;
  const ::pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const std::string& own = detail::otlp::random_instance_id();
    ::_exit(own != before && own.size() == before.size() && own == detail::otlp::random_instance_id() ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(detail::otlp::random_instance_id(), before);
  EXPECT_EQ(id, before);
}

TEST_F(OtlpSettings, HaveAnIdentityByDefault) {
  const std::string message = settings({}).resource;
  const std::string text = otlp_text::message(protozero::pbf_reader(message), otlp_text::kResource);
  EXPECT_THAT(text, testing::MatchesRegex(
                        R"re(.*"service.instance.id","value":."stringValue":"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-)re"
                        R"re([89ab][0-9a-f]{3}-[0-9a-f]{12}".*)re"));
  EXPECT_NE(text.find(R"("service.name","value":{"stringValue":"unknown_service:)"), std::string::npos) << text;
  EXPECT_NE(text.find(R"("telemetry.sdk.language","value":{"stringValue":"cpp"}})"), std::string::npos) << text;
  EXPECT_NE(text.find(R"("telemetry.sdk.name","value":{"stringValue":"narthex"}})"), std::string::npos) << text;
  EXPECT_NE(text.find(R"("telemetry.sdk.version","value":{"stringValue":")" + std::string(kVersion)),
            std::string::npos);
  EXPECT_EQ(settings({}).resource, message);  // the same id in the whole process
  const Settings without = settings({}, {.resource = {{"service.instance.id", ""}}});
  EXPECT_EQ(without.resource.find("instance"), std::string::npos);
}

TEST_F(OtlpSettings, HaveTheNameOfNarthexAsScope) {
  const std::string message = settings({}, {.scope_attributes = {{"b", "2"}, {"a", "1"}}}).scope;
  EXPECT_EQ(otlp_text::message(protozero::pbf_reader(message), otlp_text::kScope),
            R"({"name":"narthex","version":")" + std::string(kVersion) +
                R"(","attributes":[{"key":"a","value":{"stringValue":"1"}},{"key":"b","value":{"stringValue":"2"}}]})");
}

TEST_F(OtlpSettings, RefuseInvalidOptions) {
  const auto error_of = [&](const OtlpOptions& options) { return error_message([&] { settings({}, options); }); };
  EXPECT_EQ(error_of({.endpoint = "http://a", .metrics_endpoint = "http://b"}),
            "otlp exporter: metrics_endpoint 'http://b': allowed: either endpoint or metrics_endpoint");
  EXPECT_THAT(error_of({.endpoint = "localhost:4318"}),
              testing::StartsWith("otlp exporter: endpoint 'localhost:4318': "));
  EXPECT_THAT(error_of({.metrics_endpoint = "x"}), testing::StartsWith("otlp exporter: metrics_endpoint 'x': "));
  EXPECT_EQ(error_of({.headers = {"User-Agent: x"}}),
            "otlp exporter: header 'User-Agent': the exporter sets this header itself");
  EXPECT_EQ(error_of({.headers = {"Authorization: x"}, .connection = {.user = "u"}}),
            "otlp exporter: header 'Authorization': allowed: either this header, or a user or a token in `connection`");
  EXPECT_EQ(error_of({.interval = milliseconds(99)}), "otlp exporter: interval is 99 ms; allowed: 100 ms to 24 hours");
  EXPECT_EQ(error_of({.timeout = milliseconds(0)}), "otlp exporter: timeout is 0 ms; allowed: 1 ms to 1 hour");
  EXPECT_EQ(error_of({.shutdown_timeout = milliseconds(-1)}),
            "otlp exporter: shutdown_timeout is -1 ms; allowed: 0 ms to 1 hour");
  EXPECT_EQ(error_of({.resource = {{"a", "1"}, {"a", "2"}}}),
            "otlp exporter: resource: label 'a': the name appears twice; a series has each label once");
  EXPECT_THAT(error_of({.scope_attributes = {{"", "1"}}}),
              testing::StartsWith("otlp exporter: scope_attributes: label ''"));
  EXPECT_THAT(error_of({.connection = {.ca_file = "missing.pem"}}),
              testing::StartsWith("otlp exporter: ca_file 'missing.pem': "));
}

}  // namespace
}  // namespace narthex
