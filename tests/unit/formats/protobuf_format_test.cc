#include <bit>
#include <chrono>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <narthex/error.h>
#include <narthex/sink.h>
#include <protozero/pbf_reader.hpp>

#include "formats/protobuf_writer.h"
#include "model/checked_labels.h"

namespace narthex {
namespace {

using std::chrono::milliseconds;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

Timestamp at(std::int64_t ms) { return std::chrono::sys_time<milliseconds>(milliseconds(ms)); }

LabelView labels(std::string_view text) { return detail::CheckedLabels::view(text); }

// Returns bytes as hex digits, without spaces.
std::string hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += kDigits[byte / 16];
    text += kDigits[byte % 16];
  }
  return text;
}

// Joins hex digits and removes the spaces that make them readable.
std::string pieces(std::initializer_list<std::string_view> texts) {
  std::string all;
  for (const std::string_view text : texts) all += text;
  std::erase(all, ' ');
  return all;
}

class ProtobufFormat : public testing::Test {
 protected:
  // Returns all finished messages as hex digits.
  std::string bytes() {
    sink_.finish();
    return hex(bytes_);
  }

  // Writes one sample of a family `h`, and returns what is in its histogram message.
  std::string histogram(const HistogramSample& sample) {
    sink_.begin_family({.name = "h", .type = MetricType::histogram});
    sink_.histogram({}, sample, {});
    const std::string all = bytes();
    const std::string start = "0a0168180422";  // after the length, before the lengths of metric and histogram
    EXPECT_EQ(all.substr(2, start.size()), start);
    EXPECT_EQ(all.substr(4 + start.size(), 2), "3a");
    bytes_.clear();
    return all.substr(8 + start.size());
  }

  std::string bytes_;
  detail::StringOutput output_{bytes_};
  detail::ProtobufWriter writer_{output_};
  Sink& sink_ = writer_;  // the interface of collectors
};

// Exposition rule 163.
TEST_F(ProtobufFormat, WritesACounter) {
  sink_.begin_family({.name = "jobs_done_total", .help = "Done.", .type = MetricType::counter});
  sink_.counter(LabelText::of({{"q", "a"}}), {3, at(1700000000500), nullptr}, {});
  EXPECT_EQ(bytes(), pieces({"3d 0a0f6a6f62735f646f6e655f746f74616c 1205446f6e652e 1800 2221 0a060a0171120161",
                             "1a17 090000000000000840 1a0c 0880e2cfaa06 1080cab5ee01"}));
}

// Exposition rule 164.
TEST_F(ProtobufFormat, WritesAGauge) {
  sink_.begin_family({.name = "temp_celsius", .help = "T", .type = MetricType::gauge});
  sink_.gauge({}, 0, {});
  EXPECT_EQ(bytes(), pieces({"20 0a0c74656d705f63656c73697573 120154 1801 220b 1209 090000000000000000"}));
}

// Exposition rules 165 and 191.
TEST_F(ProtobufFormat, MarksAnEmptyNativeHistogramWithASpan) {
  const NativeSample native{.schema = 3};
  sink_.begin_family({.name = "lat_seconds", .help = "L", .type = MetricType::histogram});
  sink_.histogram({}, {{}, 0, 0, &native}, {});
  EXPECT_EQ(bytes(), pieces({"34 0a0b6c61745f7365636f6e6473 12014c 1804 2220 3a1e 0800 110000000000000000 2806",
                             "310000000000000000 3800 6204 0800 1000"}));
}

// Exposition rule 191: a zero threshold above 0 or any observation also marks the histogram as native.
TEST_F(ProtobufFormat, WritesNoEmptySpanIfTheHistogramIsRecognizablyNative) {
  const NativeSample wide{.schema = 3, .zero_threshold = 0x1p-128};
  EXPECT_EQ(histogram({{}, 0, 0, &wide}), pieces({"0800 110000000000000000 2806 31000000000000f037 3800"}));
  const NativeSample zeros{.zero_count = 1};
  EXPECT_EQ(histogram({{}, 1, 0, &zeros}), pieces({"0801 110000000000000000 2800 310000000000000000 3801"}));
  const std::vector<NativeBucket> one{{0, 1}};
  const NativeSample negative{.negative = one};
  EXPECT_EQ(histogram({{}, 1, -1, &negative}),
            pieces({"0801 11000000000000f0bf 2800 310000000000000000 3800 4a04 0800 1001 5201 02"}));
}

// Exposition rules 166 and 169; the deltas are packed.
TEST_F(ProtobufFormat, WritesANativeHistogram) {
  const std::vector<NativeBucket> positive{{-1, 2}, {0, 1}, {1, 1}, {5, 1}};
  const NativeSample native{.zero_threshold = 0x1p-128, .zero_count = 1, .positive = positive};
  sink_.begin_family({.name = "lat_seconds", .help = "L", .type = MetricType::histogram});
  sink_.histogram({}, {{}, 6, 10.5, &native}, {});
  EXPECT_EQ(bytes(), pieces({"40 0a0b6c61745f7365636f6e6473 12014c 1804 222c 3a2a 0806 110000000000002540 2800",
                             "31000000000000f037 3801 62040801 1003 62040806 1001 6a0404010000"}));
}

// Exposition rule 186.
TEST_F(ProtobufFormat, FillsShortGapsBetweenNativeBuckets) {
  const std::vector<NativeBucket> near{{1, 2}, {2, 1}, {5, 4}};
  const std::vector<NativeBucket> far{{1, 2}, {2, 1}, {6, 4}};
  const std::string numbers = "0807 110000000000000000 2800 310000000000000000 3800";
  const NativeSample one_span{.positive = near};
  EXPECT_EQ(histogram({{}, 7, 0, &one_span}), pieces({numbers, "6204 0802 1005 6a05 0401010008"}));  // 2 -1 -1 0 4
  const NativeSample two_spans{.negative = far};
  EXPECT_EQ(histogram({{}, 7, 0, &two_spans}), pieces({numbers, "4a04 0802 1002 4a04 0806 1001 5203 040106"}));
}

TEST_F(ProtobufFormat, WritesNativeBucketsAtBothEndsOfTheIndices) {
  constexpr std::int32_t kMin = std::numeric_limits<std::int32_t>::min();
  constexpr std::int32_t kMax = std::numeric_limits<std::int32_t>::max();
  const std::vector<NativeBucket> ends{{kMin, 1}, {kMin + 1, 1}, {0, 1}, {kMax, 1}};
  const NativeSample native{.positive = ends};
  EXPECT_EQ(
      histogram({{}, 4, 0, &native}),
      pieces({"0804 110000000000000000 2800 310000000000000000 3800 6208 08ffffffff0f 1002 6208 08fcffffff0f 1001",
              "6208 08fcffffff0f 1001 6a04 02000000"}));
}

// Exposition rule 168: quiet, negative and signalling NaN, and the stale marker of Prometheus.
TEST_F(ProtobufFormat, WritesEveryNaNWithTheSameBits) {
  sink_.begin_family({.name = "a", .type = MetricType::gauge});
  for (const std::uint64_t bits :
       {0x7ff8000000000001u, 0xfff8000000000000u, 0x7ff0000000000001u, 0x7ff0000000000002u}) {
    sink_.gauge({}, std::bit_cast<double>(bits), {});
  }
  const std::string nan = "220b1209 09010000000000f87f";
  EXPECT_EQ(bytes(), pieces({"39 0a0161 1801", nan, nan, nan, nan}));
}

TEST_F(ProtobufFormat, WritesNaNInEveryFieldWithTheSameBits) {
  const double stale = std::bit_cast<double>(std::uint64_t{0x7ff0000000000002});
  const std::string nan = "010000000000f87f";
  const std::vector<Quantile> quantiles{{0.5, stale}};
  const Exemplar exemplar{{}, stale, {}};
  sink_.begin_family({.name = "c", .type = MetricType::counter});
  sink_.counter({}, {stale, {}, &exemplar}, {});
  sink_.begin_family({.name = "s", .type = MetricType::summary});
  sink_.summary({}, {quantiles, 1, stale}, {});
  sink_.begin_family({.name = "h", .type = MetricType::histogram});
  sink_.histogram({}, {{}, 1, stale}, {});
  sink_.begin_family({.name = "u", .type = MetricType::unknown});
  sink_.unknown({}, stale, {});
  EXPECT_EQ(bytes(), pieces({"1d 0a0163 1800 2216 1a14 09", nan, "1209 11", nan,                          //
                             "28 0a0173 1802 2221 221f 0801 11", nan, "1a12 09000000000000e03f 11", nan,  //
                             "14 0a0168 1804 220d 3a0b 0801 11", nan,                                     //
                             "12 0a0175 1803 220b 2a09 09", nan}));
}

// Exposition rule 170.
TEST_F(ProtobufFormat, WritesTheLengthOfALongFamilyAsAVarint) {
  sink_.begin_family({.name = "a", .help = std::string(279, 'h'), .type = MetricType::gauge});
  sink_.gauge({}, 0, {});
  const std::string all = bytes();
  EXPECT_EQ(all.substr(0, 4), "ac02");
  EXPECT_EQ(all.size(), 2 * 302u);
}

// Lengths of one to four bytes, of labels, metrics, and families.
TEST_F(ProtobufFormat, WritesLengthsOfAllSizes) {
  std::vector<std::size_t> sizes{16'300, 16'384, 200'000, 2'097'152, 3'000'000};
  for (std::size_t size = 0; size < 300; ++size) sizes.push_back(size);
  for (const std::size_t size : sizes) {
    const std::string value(size, 'v');
    sink_.begin_family({.name = "a", .type = MetricType::gauge});
    sink_.gauge(LabelText::of({{"name", value}, {"z", "\n"}}), 1, at(5));
    sink_.finish();
    const char* begin = bytes_.data();
    const char* const end = begin + bytes_.size();
    const std::uint64_t length = protozero::decode_varint(&begin, end);
    ASSERT_EQ(length, static_cast<std::uint64_t>(end - begin)) << size;
    protozero::pbf_reader family(begin, static_cast<std::size_t>(end - begin));
    ASSERT_TRUE(family.next(4));
    protozero::pbf_reader metric = family.get_message();
    ASSERT_FALSE(family.next());
    std::vector<std::string> labels;
    while (metric.next(1)) {
      for (protozero::pbf_reader label = metric.get_message(); label.next();) labels.push_back(label.get_string());
    }
    EXPECT_TRUE(labels == (std::vector<std::string>{"name", value, "z", "\n"})) << size;
    bytes_.clear();
  }
}

// Labels that need unescaping beside labels that do not, in texts of every size.
TEST_F(ProtobufFormat, WritesLabelsOfAllForms) {
  for (const std::string_view value : {"", "x", "x\"", "\\", "\n", "seven_b", "eight_by", "ten_bytes_", "a=\"b\","}) {
    for (const std::string_view name : {"a", "a.b", "b\"", "a_longer_name", "b=", "b\\"}) {
      const Labels labels{{std::string(name), std::string(value)}, {"c", "1"}, {"z", std::string(value)}};
      sink_.begin_family({.name = "g", .type = MetricType::gauge});
      sink_.gauge(LabelText::of({labels.front()}), 0);
      sink_.gauge(LabelText::of(labels), 0);
      std::string expected;
      const auto add_field = [](std::string& to, std::string_view key, std::string_view field) {
        to += key;
        to += static_cast<char>(field.size());
        to += field;
      };
      for (const std::size_t count : {std::size_t{1}, labels.size()}) {
        std::string metric;
        for (std::size_t i = 0; i < count; ++i) {
          std::string label;
          add_field(label, "\x0a", labels[i].first);
          add_field(label, "\x12", labels[i].second);
          add_field(metric, "\x0a", label);
        }
        add_field(metric, "\x12", std::string("\x09\0\0\0\0\0\0\0\0", 9));
        add_field(expected, "\x22", metric);
      }
      std::string family;
      add_field(family, "", "\x0a\x01g\x18\x01" + expected);
      EXPECT_EQ(bytes(), hex(family)) << name << ' ' << value;
      bytes_.clear();
    }
  }
}

// Exposition rule 167.
TEST_F(ProtobufFormat, WritesNothingForAFamilyWithoutSamples) {
  sink_.begin_family({.name = "a", .help = "A.", .type = MetricType::counter});
  sink_.begin_family({.name = "b", .help = "B.", .type = MetricType::state_set});
  sink_.state_set({}, {}, {});
  EXPECT_EQ(bytes(), "");
}

// Exposition rule 171.
TEST_F(ProtobufFormat, WritesInfoAndStateSetAsGauges) {
  const std::vector<State> states{{"on\"", true}, {"off", false}};
  sink_.begin_family({.name = "b", .type = MetricType::info});
  sink_.info(LabelText::of({{"r", "x"}}), {});
  sink_.begin_family({.name = "m", .type = MetricType::state_set});
  sink_.state_set(LabelText::of({{"a", "x"}}), states, {});
  EXPECT_EQ(bytes(), pieces({"1f 0a06625f696e666f 1801 2213 0a06 0a0172 120178 1209 09000000000000f03f",
                             "43 0a016d 1801 221d 0a06 0a0161 120178 0a08 0a016d 12036f6e22 1209 09000000000000f03f",
                             "221d 0a06 0a0161 120178 0a08 0a016d 12036f6666 1209 090000000000000000"}));
}

TEST_F(ProtobufFormat, WritesUnitsTimestampsAndUnknownValues) {
  sink_.begin_family({.name = "a_s", .unit = "s", .type = MetricType::unknown});
  sink_.unknown({}, 1, at(300));
  EXPECT_EQ(bytes(), pieces({"1a 0a03615f73 1803 2a0173 220e 2a09 09000000000000f03f 30ac02"}));
}

TEST_F(ProtobufFormat, WritesLabelsUnescaped) {
  sink_.begin_family({.name = "d.i", .type = MetricType::gauge});
  sink_.gauge(labels(R"("a.\"b"="\\\n",c="}")"), 0, {});
  EXPECT_EQ(bytes(), pieces({"28 0a03642e69 1801 221f 0a0a 0a04612e2262 12025c0a 0a06 0a0163 12017d",
                             "1209 090000000000000000"}));
}

TEST_F(ProtobufFormat, WritesASummaryWithCreatedTime) {
  const std::vector<Quantile> quantiles{{0.5, 1}};
  sink_.begin_family({.name = "s", .type = MetricType::summary});
  sink_.summary({}, {quantiles, 2, 3, at(1000)}, {});
  EXPECT_EQ(bytes(), pieces({"2e 0a0173 1802 2227 2225 0802 110000000000000840",
                             "1a12 09000000000000e03f 11000000000000f03f 2204 0801 1000"}));
}

// Prometheus adds a missing +Inf bucket. It must be written if it has an exemplar.
TEST_F(ProtobufFormat, WritesTheInfBucketOnlyIfItHasAnExemplar) {
  const Exemplar exemplar{{}, 9, {}};
  const std::vector<Bucket> without{{1, 2}, {kInfinity, 3}};
  const std::vector<Bucket> with{{kInfinity, 3, &exemplar}};
  const std::string numbers = "0803 110000000000000840";
  EXPECT_EQ(histogram({without, 3, 3}), pieces({numbers, "1a0b 0802 11000000000000f03f"}));
  EXPECT_EQ(histogram({with, 3, 3}), pieces({numbers, "1a16 0803 11000000000000f07f 1a09 110000000000002240"}));
}

TEST_F(ProtobufFormat, WritesExemplarsWithTheirTimes) {
  const Exemplar exemplar{labels("t=\"\\\"\""), 1, at(1001)};
  sink_.begin_family({.name = "c", .type = MetricType::counter});
  sink_.counter({}, {1, {}, &exemplar}, {});
  EXPECT_EQ(bytes(), pieces({"2d 0a0163 1800 2226 1a24 09000000000000f03f",
                             "1219 0a06 0a0174 120122 11000000000000f03f 1a06 0801 10c0843d"}));
}

TEST_F(ProtobufFormat, WritesNativeExemplarsThatHaveATime) {
  const std::vector<Exemplar> exemplars{{{}, 1, {}}, {{}, 1, at(1000)}};
  const NativeSample native{.zero_count = 1, .exemplars = exemplars};
  EXPECT_EQ(histogram({{}, 1, 0, &native, at(2000)}),
            pieces({"0801 110000000000000000 2800 310000000000000000 3801 7a04 0802 1000",
                    "82010f 11000000000000f03f 1a04 0801 1000"}));
}

TEST_F(ProtobufFormat, OmitsExemplarsThatPrometheusRejects) {
  const LabelText too_long = LabelText::of({{"t", std::string(128, 'x')}});
  const std::vector<Exemplar> exemplars{{too_long, 1, {}}, {labels("\"a.b\"=\"x\""), 1, {}}, {{}, 1, at(-1)}};
  sink_.begin_family({.name = "c", .type = MetricType::counter});
  for (const Exemplar& exemplar : exemplars) sink_.counter({}, {1, {}, &exemplar}, {});
  const std::string counter = "220b 1a09 09000000000000f03f";
  EXPECT_EQ(bytes(), pieces({"2c 0a0163 1800", counter, counter, counter}));
}

TEST_F(ProtobufFormat, WritesAGaugeHistogramWithoutCreatedTime) {
  const std::vector<Bucket> buckets{{1, 2}};
  sink_.begin_family({.name = "g", .type = MetricType::gauge_histogram});
  sink_.gauge_histogram({}, {buckets, 3, 3, nullptr, at(1000)}, {});
  EXPECT_EQ(bytes(), pieces({"21 0a0167 1804 221a 3a18 0803 110000000000000840 1a0b 0802 11000000000000f03f"}));
}

TEST_F(ProtobufFormat, DeclaresAGaugeHistogramIfItHasNativeBuckets) {
  const NativeSample native{.zero_threshold = 1, .zero_count = 2};
  sink_.begin_family({.name = "g", .type = MetricType::gauge_histogram});
  sink_.gauge_histogram({}, {{}, 2, 0, &native}, {});
  EXPECT_EQ(bytes(), pieces({"21 0a0167 1805 221a 3a18 0802 110000000000000000 2800 31000000000000f03f 3802"}));
}

TEST_F(ProtobufFormat, RejectsInvalidInput) {
  EXPECT_THROW(sink_.gauge({}, 1, {}), SampleError);
  EXPECT_THROW(sink_.begin_family({.name = ""}), SampleError);
  sink_.begin_family({.name = "g", .type = MetricType::gauge});
  EXPECT_THROW(sink_.gauge({}, 1, at(-1)), SampleError);
  EXPECT_THROW(sink_.begin_family({.name = "a\xff"}), SampleError);
  EXPECT_THROW(sink_.gauge({}, 1, {}), SampleError);
  sink_.begin_family({.name = "h", .type = MetricType::histogram});
  EXPECT_THROW(sink_.histogram(LabelText::of({{"le", "9"}}), {}, {}), SampleError);
  EXPECT_THROW(sink_.gauge_histogram(LabelText::of({{"le", "9"}}), {}, {}), SampleError);
  sink_.begin_family({.name = "s", .type = MetricType::summary});
  EXPECT_THROW(sink_.summary(LabelText::of({{"quantile", "9"}}), {}, {}), SampleError);
  sink_.begin_family({.name = "mode", .type = MetricType::state_set});
  EXPECT_THROW(sink_.state_set(LabelText::of({{"mode", "a"}}), {}, {}), SampleError);
  EXPECT_EQ(bytes(), "");
}

}  // namespace
}  // namespace narthex
