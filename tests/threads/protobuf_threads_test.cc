#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <narthex/narthex.h>
#include <protozero/pbf_reader.hpp>

#include "support/sanitized.h"

namespace narthex {
namespace {

using protozero::pbf_reader;

constexpr const char* kProtobuf =
    "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";

// The fields of io.prometheus.client.Histogram.
struct ReadHistogram {
  std::uint64_t count = 0;
  std::uint64_t zero_count = 0;
  std::uint64_t in_native_buckets = 0;
  std::uint64_t last_classic = 0;
};

// Sums buckets that are encoded as differences to the previous one.
std::uint64_t sum_of_deltas(pbf_reader& histogram) {
  std::uint64_t sum = 0;
  std::int64_t count = 0;
  for (const std::int64_t delta : histogram.get_packed_sint64()) sum += static_cast<std::uint64_t>(count += delta);
  return sum;
}

ReadHistogram read_histogram(pbf_reader histogram) {
  ReadHistogram read;
  while (histogram.next()) {
    switch (histogram.tag()) {
      case 1:
        read.count = histogram.get_uint64();
        break;
      case 3: {
        pbf_reader bucket = histogram.get_message();
        while (bucket.next()) {
          if (bucket.tag() == 1) {
            read.last_classic = bucket.get_uint64();
          } else {
            bucket.skip();
          }
        }
        break;
      }
      case 7:
        read.zero_count = histogram.get_uint64();
        break;
      case 10:
      case 13:
        read.in_native_buckets += sum_of_deltas(histogram);
        break;
      default:
        histogram.skip();
    }
  }
  return read;
}

// Returns all histograms of an exposition, which is a sequence of MetricFamily messages with a length prefix.
std::vector<ReadHistogram> read_histograms(const std::string& body) {
  std::vector<ReadHistogram> all;
  const char* at = body.data();
  const char* const end = at + body.size();
  while (at != end) {
    const auto size = static_cast<std::size_t>(protozero::decode_varint(&at, end));
    pbf_reader family(protozero::data_view(at, size));
    at += size;
    while (family.next(4)) {
      pbf_reader metric = family.get_message();
      while (metric.next(7)) all.push_back(read_histogram(metric.get_message()));
    }
  }
  return all;
}

// Observations of all magnitudes, so that the histogram limits its buckets repeatedly.
TEST(ProtobufUnderLoad, CountsEqualTheBucketsInEveryScrape) {
  Registry registry;
  const Histogram wide = registry.histogram({.name = "wide", .help = "W.", .native = {.max_buckets = 20}});
  const auto both = registry.histogram({.name = "both", .help = "B.", .buckets = {0.1, 1, 10}, .native = {}}, {"id"});
  std::atomic<bool> goes_on = true;
  std::vector<std::thread> writers;
  for (int id = 0; id < 8; ++id) {
    writers.emplace_back([&, id] {
      const Histogram own = both.labels(id % 2);
      for (int i = 1; goes_on.load(std::memory_order_relaxed); ++i) {
        const double size = 1e-3 * (i % 100'000);
        wide.observe(i % 3 == 0 ? -size * size * size : size);
        own.observe(size);
      }
    });
  }
  std::uint64_t last = 0;
  constexpr int kScrapes = kIsSanitized ? 200 : 1000;
  for (int scrape = 0; scrape < kScrapes || last <= 1000; ++scrape) {  // until the writers have begun
    std::uint64_t all = 0;
    for (const ReadHistogram& read : read_histograms(expose(registry, {.accept = kProtobuf}).body)) {
      EXPECT_EQ(read.count, read.zero_count + read.in_native_buckets);
      EXPECT_LE(read.last_classic, read.count);
      all += read.count;
    }
    EXPECT_GE(all, last);
    last = all;
  }
  goes_on = false;
  for (std::thread& writer : writers) writer.join();
}

}  // namespace
}  // namespace narthex
