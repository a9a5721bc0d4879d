#pragma once

#include <cstdint>
#include <string>

#include "remote_write/native_message.h"
#include "remote_write/request_writer.h"
#include "remote_write/wire.h"

namespace narthex::detail {

// Writes the message prometheus.WriteRequest of Remote Write 1.0. Each series has the texts of its labels, and the
// metadata of the families follows the series.
class WriteRequestV1 final : public RequestWriter {
 public:
  // Whether the families that begin from now on have metadata in the request.
  void set_with_metadata(bool with_metadata) noexcept { with_metadata_ = with_metadata; }

  void append_name(ByteBuffer& bytes, std::string_view name) override;
  void append_label(ByteBuffer& labels, std::string_view name_bytes, std::string_view value) override;
  std::uint64_t epoch() const noexcept override { return 0; }  // texts of labels are always valid
  void begin_family(const FamilyMetadata& family) override;
  void add_sample(const LabelPieces& labels, double value, const SampleTimes& times, const Exemplar* exemplar) override;
  void add_native(const LabelPieces& labels, const HistogramSample& sample, bool is_gauge, const SampleTimes& times,
                  std::span<const Exemplar> exemplars) override;
  std::size_t size() const noexcept override { return message_.size() + metadata_.size(); }
  std::string_view finish() override;
  void clear() override;

 private:
  void append_exemplar(const Exemplar& exemplar);

  bool with_metadata_ = false;
  ByteBuffer message_;    // all series
  std::string metadata_;  // of all families
  std::string series_;    // fields of the current series after its labels and its sample
  SampleField sample_;
  NativeMessage native_;
};

}  // namespace narthex::detail
