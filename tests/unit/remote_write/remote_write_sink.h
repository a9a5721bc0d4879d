#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "push/sent_series.h"
#include "remote_write/new_exemplars.h"
#include "remote_write/series_sink.h"
#include "remote_write/write_request_v1.h"
#include "remote_write/write_request_v2.h"
#include "unit/remote_write/decoded_request.h"

namespace narthex {

inline constexpr std::int64_t kTime = 1700000060000;
inline constexpr std::int64_t kCreated = 1700000000000;

inline std::chrono::sys_time<std::chrono::milliseconds> at(std::int64_t ms) {
  return std::chrono::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(ms));
}

// Encodes collections, as a push does, but sends nothing.
class RemoteWriteSink {
 public:
  struct Options {
    bool is_v2 = false;
    bool native_histograms = false;
    bool with_metadata = false;
    Labels labels{{"job", "j"}};
    detail::RequestLimits limits{};
  };

  explicit RemoteWriteSink(Options options) : options_(std::move(options)) {}

  // Returns the messages of one collection, which a function writes to a sink. They are not compressed.
  template <class Write>
  std::vector<std::string> messages(Write write, std::int64_t time = kTime) {
    auto v1 = std::make_unique<detail::WriteRequestV1>();
    v1->set_with_metadata(options_.with_metadata);
    std::unique_ptr<detail::RequestWriter> writer = std::move(v1);
    if (options_.is_v2) writer = std::make_unique<detail::WriteRequestV2>();
    detail::SeriesParts parts(*writer, options_.limits, options_.labels);
    sent_.begin();
    exemplars_.begin();
    detail::SeriesSink sink(parts, sent_, exemplars_,
                            {.time = at(time), .native_histograms = options_.native_histograms});
    write(static_cast<Sink&>(sink));
    sink.finish();
    std::vector<std::string> messages;
    for (const detail::WriteBody& body : parts.requests().take()) messages.push_back(uncompressed(body.compressed));
    return messages;
  }
  template <class Write>
  std::vector<DecodedRequest> requests(Write write, std::int64_t time = kTime) {
    std::vector<DecodedRequest> decoded;
    for (const std::string& message : messages(write, time)) {
      decoded.push_back(options_.is_v2 ? RequestDecoder::v2(message) : RequestDecoder::v1(message));
    }
    return decoded;
  }
  // Returns the series of one collection.
  template <class Write>
  std::string text(Write write, std::int64_t time = kTime) {
    std::string all;
    for (const DecodedRequest& request : requests(write, time)) all += request.text();
    return all;
  }

  // The receiver has got the last collection.
  void commit() {
    sent_.commit();
    exemplars_.commit();
  }

 private:
  const Options options_;
  detail::SentSeries sent_;
  detail::NewExemplars exemplars_;
};

}  // namespace narthex
