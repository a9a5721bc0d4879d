#pragma once

#include <cstdint>
#include <string>

#include "remote_write/native_message.h"
#include "remote_write/request_writer.h"
#include "remote_write/symbol_table.h"
#include "remote_write/wire.h"

namespace narthex::detail {

// Writes the message io.prometheus.write.v2.Request of Remote Write 2.0. The labels of a series are positions in a table of
// symbols, and each series has the metadata of its family.
class WriteRequestV2 final : public RequestWriter {
 public:
  void append_name(ByteBuffer& bytes, std::string_view name) override;
  void append_label(ByteBuffer& labels, std::string_view name_bytes, std::string_view value) override;
  std::uint64_t epoch() const noexcept override { return epoch_; }  // of the symbols
  void begin_family(const FamilyMetadata& family) override;
  void add_sample(const LabelPieces& labels, double value, const SampleTimes& times, const Exemplar* exemplar) override;
  void add_native(const LabelPieces& labels, const HistogramSample& sample, bool is_gauge, const SampleTimes& times,
                  std::span<const Exemplar> exemplars) override;
  std::size_t size() const noexcept override { return symbols_.fields().size() + series_.size(); }
  std::string_view finish() override;
  void clear() override;

 private:
  void append_exemplar(const Exemplar& exemplar);
  const std::string& metadata();

  std::uint64_t epoch_ = 1;
  SymbolTable symbols_;
  ByteBuffer series_;   // all series
  ByteBuffer message_;  // the finished message
  std::string fields_;  // of the current series, after its labels and its sample
  SampleField sample_;
  NativeMessage native_;
  MetricType type_ = MetricType::unknown;  // of the current family
  std::string help_;
  std::string unit_;
  std::string metadata_;  // the encoded field of the current family
  std::uint64_t epoch_of_metadata_ = 0;
};

}  // namespace narthex::detail
