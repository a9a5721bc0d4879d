#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <narthex/sink.h>

#include "base/bytes.h"
#include "push/byte_buffer.h"

namespace narthex::detail {

// The times of one sample, in milliseconds since 1970.
struct SampleTimes {
  std::int64_t at = 0;
  std::int64_t start = 0;  // 0: unknown

  bool operator==(const SampleTimes&) const = default;
};

// What a request says about a family.
struct FamilyMetadata {
  std::string_view name{};
  std::string_view help{};
  std::string_view unit{};
  MetricType type = MetricType::unknown;
  bool is_repeated = false;  // an earlier series of the collection has described the family
};

// The encoded labels of a series: what precedes, separates, and follows the labels that differ between the series of a
// metric, and these labels.
class LabelPieces {
 public:
  void append(std::string_view piece) noexcept {
    pieces_[count_++] = piece;
    size_ += piece.size();
  }
  std::size_t size() const noexcept { return size_; }
  // Writes all pieces to a buffer, and returns its end.
  char* put(char* to) const noexcept {
    for (std::size_t i = 0; i < count_; ++i) to = detail::put(to, pieces_[i]);
    return to;
  }

 private:
  std::array<std::string_view, 5> pieces_;
  std::size_t count_ = 0;
  std::size_t size_ = 0;
};

// Returns the number of a type in the messages.
std::uint32_t metadata_type(MetricType type);

// Writes the message of one request after the other. There is one class for each version of the protocol.
class RequestWriter {
 public:
  RequestWriter() = default;
  RequestWriter(const RequestWriter&) = delete;
  RequestWriter& operator=(const RequestWriter&) = delete;
  virtual ~RequestWriter() = default;

  // Appends the name of a label in the form that the messages have. It is valid until the epoch changes.
  virtual void append_name(ByteBuffer& bytes, std::string_view name) = 0;
  // Appends a label, whose name append_name() has encoded. It is valid until the epoch changes.
  virtual void append_label(ByteBuffer& labels, std::string_view name_bytes, std::string_view value) = 0;
  virtual std::uint64_t epoch() const noexcept = 0;

  // Begins the series of a family. The texts are copied.
  virtual void begin_family(const FamilyMetadata& family) = 0;
  // Writes a series with one number. `labels` are sorted by name.
  virtual void add_sample(const LabelPieces& labels, double value, const SampleTimes& times,
                          const Exemplar* exemplar) = 0;
  // Writes a series with the native buckets of a histogram. The exemplars have times, and are sorted by them.
  virtual void add_native(const LabelPieces& labels, const HistogramSample& sample, bool is_gauge,
                          const SampleTimes& times, std::span<const Exemplar> exemplars) = 0;

  // The size of the message up to here.
  virtual std::size_t size() const noexcept = 0;
  // Ends the message. It is valid until the next call.
  virtual std::string_view finish() = 0;
  // Begins the next message, which is empty.
  virtual void clear() = 0;
};

}  // namespace narthex::detail
