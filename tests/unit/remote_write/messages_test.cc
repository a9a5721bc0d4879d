#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <narthex/error.h>
#include <narthex/registry.h>
#include <narthex/sink.h>

#include "support/hex.h"
#include "unit/remote_write/remote_write_sink.h"

namespace narthex {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// The single message of a collection, as hex digits.
template <class Write>
std::string bytes(const RemoteWriteSink::Options& options, Write write) {
  const std::vector<std::string> messages = RemoteWriteSink(options).messages(write);
  return messages.size() == 1 ? hex(messages[0]) : std::to_string(messages.size()) + " messages";
}

template <class Write>
std::string series(const RemoteWriteSink::Options& options, Write write) {
  return RemoteWriteSink(options).text(write);
}

void write_counter(Sink& sink) {
  sink.begin_family({.name = "a_total", .help = "H.", .type = MetricType::counter});
  sink.counter({}, CounterSample{3, at(kCreated), nullptr});
}

void write_histogram(Sink& sink) {
  const std::vector<Bucket> buckets{{0.005, 1}, {1, 4}, {100'000, 5}, {1e6, 5}};
  sink.begin_family({.name = "h", .help = "H.", .type = MetricType::histogram});
  sink.histogram(LabelText::of({{"m", "get"}}), {buckets, 6, 12.5, nullptr, at(kCreated)});
}

const std::vector<NativeBucket> kPositive{{-1, 2}, {0, 1}, {1, 1}, {5, 1}};
const NativeSample kNative{.zero_threshold = 0x1p-128, .zero_count = 1, .positive = kPositive};

void write_native(Sink& sink) {
  sink.begin_family({.name = "n", .type = MetricType::histogram});
  sink.histogram({}, {{}, 6, 10.5, &kNative, at(kCreated)});
}

// Case 340.
TEST(RemoteWriteMessages, WritesACounterIn10) {
  EXPECT_EQ(bytes({}, write_counter),
            "0a310a130a085f5f6e616d655f5f1207615f746f74616c0a080a036a6f6212016a121009000000000000084010e0a499ffbc31");
}

// Case 341: a valid block of Snappy is compressed in any way.
TEST(RemoteWriteMessages, CompressesInTheBlockFormat) {
  detail::ByteBuffer buffer;
  const std::string message = RemoteWriteSink({}).messages(write_counter)[0];
  const std::string block = detail::snappy_block(message, buffer);
  EXPECT_EQ(block[0], 51);  // the size of the message, and no header of the framing format
  EXPECT_EQ(uncompressed(block), message);
  EXPECT_EQ(uncompressed("\x33\xc8" + message), message);
}

// Case 342.
TEST(RemoteWriteMessages, WritesACounterIn20) {
  EXPECT_EQ(
      bytes({.is_v2 = true}, write_counter),
      "220022085f5f6e616d655f5f2207615f746f74616c22036a6f6222016a2202482e2a270a0401020304121709000000000000084010e0"
      "a499ffbc311880d095ffbc312a06080118052000");
}

// Case 344.
TEST(RemoteWriteMessages, SortsTheLabelsByBytes) {
  const auto write = [](Sink& sink) {
    sink.begin_family({.name = "g", .type = MetricType::gauge});
    sink.gauge(LabelText::of({{"a", "1"}, {"Z", "2"}}), 1);
  };
  EXPECT_EQ(series({}, write), "{Z=\"2\",__name__=\"g\",a=\"1\",job=\"j\"} 1.0 at 1700000060000\n");
  EXPECT_EQ(series({.is_v2 = true}, write),
            "{Z=\"2\",__name__=\"g\",a=\"1\",job=\"j\"} 1.0 at 1700000060000 type 2 '' ''\n");
}

TEST(RemoteWriteMessages, SortsTheStatesOfAStateSetBeforeTheName) {
  const std::vector<State> states{{"on", true}, {"off", false}};
  const auto write = [&](Sink& sink) {
    sink.begin_family({.name = "Mode", .type = MetricType::state_set});
    sink.state_set(LabelText::of({{"A", "1"}, {"Z", "2"}, {"b", "3"}}), states);
  };
  EXPECT_EQ(series({}, write),
            "{A=\"1\",Mode=\"on\",Z=\"2\",__name__=\"Mode\",b=\"3\",job=\"j\"} 1.0 at 1700000060000\n"
            "{A=\"1\",Mode=\"off\",Z=\"2\",__name__=\"Mode\",b=\"3\",job=\"j\"} 0.0 at 1700000060000\n");
}

// Cases 345 and 346.
TEST(RemoteWriteMessages, LeavesOutEmptyLabelsAndLetsTheSeriesWin) {
  const RemoteWriteSink::Options options{.labels = {{"job", "j"}, {"zone", "b"}, {"instance", ""}, {"ab", "x"}}};
  const auto write = [](Sink& sink) {
    sink.begin_family({.name = "g", .type = MetricType::gauge});
    sink.gauge(LabelText::of({{"a", ""}, {"job", "mine"}, {"zone", ""}}), 1);
    sink.gauge(LabelText::of({{"quoted", "a\"\\\nb"}}), 2);
  };
  EXPECT_EQ(series(options, write),
            "{__name__=\"g\",ab=\"x\",job=\"mine\",zone=\"b\"} 1.0 at 1700000060000\n"
            "{__name__=\"g\",ab=\"x\",job=\"j\",quoted=\"a\"\\\nb\",zone=\"b\"} 2.0 at 1700000060000\n");
}

TEST(RemoteWriteMessages, LetsTheBucketsWinOverALabelOfTheOptions) {
  const auto write = [](Sink& sink) {
    sink.begin_family({.name = "h", .type = MetricType::histogram});
    sink.histogram({}, {{}, 6, 12.5});
  };
  EXPECT_EQ(series({.labels = {{"le", "x"}}}, write),
            "{__name__=\"h_bucket\",le=\"+Inf\"} 6.0 at 1700000060000\n"
            "{__name__=\"h_sum\"} 12.5 at 1700000060000\n"
            "{__name__=\"h_count\"} 6.0 at 1700000060000\n");
}

// Cases 347 and 348.
TEST(RemoteWriteMessages, WritesAClassicHistogramAsSeries) {
  const std::string end = " at 1700000060000 from 1700000000000 type 3 'H.' ''\n";
  const auto bucket = [&](const std::string& le, const std::string& count) {
    return "{__name__=\"h_bucket\",job=\"j\",le=\"" + le + "\",m=\"get\"} " + count + end;
  };
  EXPECT_EQ(series({.is_v2 = true}, write_histogram),
            bucket("0.005", "1.0") + bucket("1.0", "4.0") + bucket("100000.0", "5.0") + bucket("1e+06", "5.0") +
                bucket("+Inf", "6.0") + "{__name__=\"h_sum\",job=\"j\",m=\"get\"} 12.5" + end +
                "{__name__=\"h_count\",job=\"j\",m=\"get\"} 6.0" + end);
}

// Case 349.
TEST(RemoteWriteMessages, WritesANativeHistogram) {
  const std::string histogram =
      "0806190000000000002540200029000000000000f03730015a04080110035a040806100162040401000078e0a499ffbc31";
  const std::string labels = "0a0d0a085f5f6e616d655f5f12016e0a080a036a6f6212016a";
  EXPECT_EQ(bytes({.native_histograms = true}, write_native), "0a4c" + labels + "2231" + histogram);
  EXPECT_EQ(bytes({.is_v2 = true, .native_histograms = true}, write_native),
            "220022085f5f6e616d655f5f22016e22036a6f6222016a2a490a04010203041a39" + histogram + "880180d095ffbc31" +
                "2a06080318002000");
}

TEST(RemoteWriteMessages, WritesNoClassicSeriesOfANativeHistogram) {
  const std::vector<Bucket> infinity{{std::numeric_limits<double>::infinity(), 6}};
  const auto write = [&](Sink& sink) {
    sink.begin_family({.name = "n", .type = MetricType::histogram});
    sink.histogram({}, {infinity, 6, 10.5, &kNative});
  };
  EXPECT_EQ(series({.native_histograms = true}, write),
            "{__name__=\"n\",job=\"j\"} native count=6 sum=10.5 zeros=1 at 1700000060000\n");
}

// Case 350.
TEST(RemoteWriteMessages, WritesTheCountsOfAnEmptyNativeHistogram) {
  const NativeSample empty{};
  const std::string all = bytes({.native_histograms = true}, [&](Sink& sink) {
    sink.begin_family({.name = "n", .type = MetricType::histogram});
    sink.histogram({}, {{}, 0, 0, &empty});
  });
  EXPECT_EQ(all.substr(all.size() - 62),
            "080019000000000000000020002900000000000000003000"
            "78e0a499ffbc31");
}

// Case 351.
TEST(RemoteWriteMessages, CountsNaNObservationsOfANativeHistogram) {
  const auto write = [](Sink& sink) {
    sink.begin_family({.name = "n", .type = MetricType::histogram});
    sink.histogram({}, {{}, 7, kNaN, &kNative});
  };
  EXPECT_EQ(series({.native_histograms = true}, write),
            "{__name__=\"n\",job=\"j\"} native count=7 sum=NaN zeros=1 at 1700000060000\n");
}

// Case 352.
TEST(RemoteWriteMessages, MarksANativeGaugeHistogram) {
  const std::vector<Bucket> buckets{{1, 4}};
  const auto write = [&](Sink& sink) {
    sink.begin_family({.name = "q", .type = MetricType::gauge_histogram});
    sink.gauge_histogram({}, {buckets, 6, 10.5, &kNative, at(kCreated)});
  };
  EXPECT_EQ(series({.is_v2 = true, .native_histograms = true}, write),
            "{__name__=\"q_bucket\",job=\"j\",le=\"1.0\"} 4.0 at 1700000060000 type 4 '' ''\n"
            "{__name__=\"q_bucket\",job=\"j\",le=\"+Inf\"} 6.0 at 1700000060000 type 4 '' ''\n"
            "{__name__=\"q_gsum\",job=\"j\"} 10.5 at 1700000060000 type 4 '' ''\n"
            "{__name__=\"q_gcount\",job=\"j\"} 6.0 at 1700000060000 type 4 '' ''\n"
            "{__name__=\"q\",job=\"j\"} native count=6 sum=10.5 zeros=1 hint=3 at 1700000060000 type 4 '' ''\n");
}

// Case 353.
TEST(RemoteWriteMessages, WritesTheCountAndSumOfANativeHistogramIfItIsNotSent) {
  EXPECT_EQ(series({}, write_native),
            "{__name__=\"n_bucket\",job=\"j\",le=\"+Inf\"} 6.0 at 1700000060000\n"
            "{__name__=\"n_sum\",job=\"j\"} 10.5 at 1700000060000\n"
            "{__name__=\"n_count\",job=\"j\"} 6.0 at 1700000060000\n");
}

// Case 354.
TEST(RemoteWriteMessages, WritesASummary) {
  const std::vector<Quantile> quantiles{{0.5, 1}, {0.99, kNaN}, {1, 3}};
  const auto write = [&](Sink& sink) {
    sink.begin_family({.name = "s", .type = MetricType::summary});
    sink.summary({}, {quantiles, 2, 4.5, at(kCreated)});
  };
  const std::string end = " at 1700000060000 from 1700000000000 type 5 '' ''\n";
  EXPECT_EQ(series({.is_v2 = true}, write), "{__name__=\"s\",job=\"j\",quantile=\"0.5\"} 1.0" + end +
                                                "{__name__=\"s\",job=\"j\",quantile=\"0.99\"} NaN" + end +
                                                "{__name__=\"s\",job=\"j\",quantile=\"1.0\"} 3.0" + end +
                                                "{__name__=\"s_sum\",job=\"j\"} 4.5" + end +
                                                "{__name__=\"s_count\",job=\"j\"} 2.0" + end);
}

// Cases 355 and 356.
TEST(RemoteWriteMessages, WritesInfosStateSetsAndUnknowns) {
  const std::vector<State> states{{"a", true}, {"b", false}};
  const auto write = [&](Sink& sink) {
    sink.begin_family({.name = "build", .type = MetricType::info});
    sink.info(LabelText::of({{"version", "1"}}));
    sink.begin_family({.name = "mode", .type = MetricType::state_set});
    sink.state_set({}, states);
    sink.begin_family({.name = "u", .type = MetricType::unknown});
    sink.unknown({}, -0.0);
  };
  EXPECT_EQ(series({.is_v2 = true}, write),
            "{__name__=\"build_info\",job=\"j\",version=\"1\"} 1.0 at 1700000060000 type 6 '' ''\n"
            "{__name__=\"mode\",job=\"j\",mode=\"a\"} 1.0 at 1700000060000 type 7 '' ''\n"
            "{__name__=\"mode\",job=\"j\",mode=\"b\"} 0.0 at 1700000060000 type 7 '' ''\n"
            "{__name__=\"u\",job=\"j\"} -0.0 at 1700000060000 type 0 '' ''\n");
}

// Case 357.
TEST(RemoteWriteMessages, WritesEveryNaNWithTheSameBits) {
  const auto write = [](Sink& sink) {
    sink.begin_family({.name = "g", .type = MetricType::gauge});
    sink.gauge({}, std::bit_cast<double>(std::uint64_t{0x7ff0000000000002}));
  };
  EXPECT_EQ(series({}, write), "{__name__=\"g\",job=\"j\"} NaN at 1700000060000\n");
}

// Case 364.
TEST(RemoteWriteMessages, WritesTheMetadataOf10OnceForEachFamily) {
  const auto write = [](Sink& sink) {
    write_counter(sink);
    sink.counter(LabelText::of({{"a", "b"}}), CounterSample{4});
  };
  const std::string all = bytes({.with_metadata = true}, write);
  const std::string metadata = "1a0f08011207615f746f74616c2202482e";
  EXPECT_EQ(all.substr(all.size() - metadata.size()), metadata);
  EXPECT_EQ(all.find("2202482e"), all.size() - 8);
  EXPECT_EQ(bytes({}, write).find("2202482e"), std::string::npos);
}

TEST(RemoteWriteMessages, UsesTheTimestampOfASample) {
  const auto write = [](Sink& sink) {
    sink.begin_family({.name = "g", .type = MetricType::gauge});
    sink.gauge({}, 1, at(1700000000123));
  };
  EXPECT_EQ(series({}, write), "{__name__=\"g\",job=\"j\"} 1.0 at 1700000000123\n");
}

TEST(RemoteWriteMessages, RefusesWhatItCannotWrite) {
  RemoteWriteSink sink({});
  EXPECT_EQ(sink.text([](Sink& out) {
    EXPECT_THROW(out.gauge({}, 1), SampleError);
    out.begin_family({.name = "h", .type = MetricType::histogram});
    EXPECT_THROW(out.histogram(LabelText::of({{"le", "1"}}), {}), SampleError);
    EXPECT_THROW(out.histogram({}, {}, at(-1)), SampleError);
  }),
            "");
}

}  // namespace
}  // namespace narthex
