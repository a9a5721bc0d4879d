#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "push/byte_buffer.h"
#include "remote_write/request_writer.h"

namespace narthex::detail {

// The finished body of one request, and what it contains.
struct WriteBody {
  std::string compressed{};
  std::size_t samples = 0;
  std::size_t histograms = 0;  // native ones
  bool has_markers = false;    // stale markers

  std::size_t total() const noexcept { return samples + histograms; }
};

struct RequestLimits {
  std::size_t samples = 2000;
  std::size_t bytes = std::size_t{1} << 20;  // before compression
};

// Divides the series of a collection into requests. A request is compressed when it ends, so that the memory has only one
// that is not.
class RequestList {
 public:
  RequestList(RequestWriter& writer, const RequestLimits& limits) : writer_(writer), limits_(limits) {}

  // Ends the current request unless it has room for the series of one metric. A metric that is larger than a request is
  // divided.
  void make_room(std::size_t samples, std::size_t bytes);
  // Counts a sample or a native histogram that was written.
  void count_sample() noexcept {
    ++current_.samples;
    current_.has_markers = are_markers_;
  }
  void count_histogram() noexcept {
    ++current_.histograms;
    current_.has_markers = are_markers_;
  }
  // All samples from now on are stale markers.
  void begin_markers() noexcept { are_markers_ = true; }
  // Ends the current request, unless it is empty.
  void end();

  // Returns the finished requests, and removes them.
  std::vector<WriteBody> take() { return std::exchange(bodies_, {}); }

 private:
  RequestWriter& writer_;
  const RequestLimits limits_;
  bool are_markers_ = false;
  WriteBody current_;
  std::vector<WriteBody> bodies_;
  ByteBuffer compressed_;  // room for the next one
};

// Returns a message in the block format of Snappy. `buffer` is used again by the next call.
std::string snappy_block(std::string_view message, ByteBuffer& buffer);

}  // namespace narthex::detail
