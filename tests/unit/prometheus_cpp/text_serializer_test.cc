#include <prometheus/text_serializer.h>

#include <clocale>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace prometheus {
namespace {

// The spelling of the stream of prometheus-cpp: std::defaultfloat with 16 digits, and names for other values.
TEST(PrometheusCppText, SpellsNumbersAsPrometheusCpp) {
  const std::pair<double, std::string> spellings[] = {{0, "0"},
                                                      {-0.0, "-0"},
                                                      {0.1 + 0.2, "0.3"},
                                                      {1 / 3.0, "0.3333333333333333"},
                                                      {1e6, "1000000"},
                                                      {1e15, "1000000000000000"},
                                                      {1e16, "1e+16"},
                                                      {123456789012345678, "1.234567890123457e+17"},
                                                      {1e-4, "0.0001"},
                                                      {1e-5, "1e-05"},
                                                      {5e-324, "4.940656458412465e-324"},
                                                      {std::numeric_limits<double>::quiet_NaN(), "Nan"},
                                                      {std::numeric_limits<double>::infinity(), "+Inf"},
                                                      {-std::numeric_limits<double>::infinity(), "-Inf"}};
  for (const auto& [value, spelling] : spellings) {
    ClientMetric metric;
    metric.gauge.value = value;
    EXPECT_EQ(TextSerializer().Serialize({{"a", "", MetricType::Gauge, {metric}}}),
              "# TYPE a gauge\na " + spelling + "\n");
  }
}

TEST(PrometheusCppText, EscapesHelpAndLabelValues) {
  ClientMetric metric;
  metric.label = {{"a", "\\ \" \n"}, {"b", ""}};
  metric.counter.value = 2;
  metric.timestamp_ms = -5;
  EXPECT_EQ(TextSerializer().Serialize({{"a_total", "\\ \" \n", MetricType::Counter, {metric}}}),
            "# HELP a_total \\\\ \" \\n\n# TYPE a_total counter\n"
            "a_total{a=\"\\\\ \\\" \\n\",b=\"\"} 2 -5\n");
}

TEST(PrometheusCppText, AddsTheInfBucketOnlyIfItIsMissing) {
  ClientMetric metric;
  metric.histogram = {3, 4, {{1, 0.5}}};
  const std::string expected = R"(# TYPE h histogram
h_count 3
h_sum 4
h_bucket{le="0.5"} 1
h_bucket{le="+Inf"} 3
)";
  EXPECT_EQ(TextSerializer().Serialize({{"h", "", MetricType::Histogram, {metric}}}), expected);
  metric.histogram.bucket.push_back({3, std::numeric_limits<double>::infinity()});
  EXPECT_EQ(TextSerializer().Serialize({{"h", "", MetricType::Histogram, {metric}}}), expected);
}

// A serializer of the user.
class Names final : public Serializer {
 public:
  using Serializer::Serialize;
  void Serialize(std::ostream& out, const std::vector<MetricFamily>& metrics) const override {
    for (const MetricFamily& family : metrics) out << family.name << ' ';
  }
};

TEST(PrometheusCppText, IsWrittenToStreams) {
  const std::vector<MetricFamily> families{{"a", "A.", MetricType::Untyped, {{}}}, {"b", "", MetricType::Gauge, {}}};
  std::ostringstream stream;
  TextSerializer().Serialize(stream, families);
  EXPECT_EQ(stream.str(), "# HELP a A.\n# TYPE a untyped\na 0\n# TYPE b gauge\n");
  EXPECT_EQ(Names().Serialize(families), "a b ");
}

}  // namespace
}  // namespace prometheus
