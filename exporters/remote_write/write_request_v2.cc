#include "remote_write/write_request_v2.h"

#include <vector>

#include "formats/canonical_nan.h"

namespace narthex::detail {

namespace {

namespace request_field {
enum : protozero::pbf_tag_type { timeseries = 5 };
}
namespace series_field {
enum : protozero::pbf_tag_type { labels_refs = 1, samples, histograms, exemplars, metadata };
}
namespace exemplar_field {
enum : protozero::pbf_tag_type { labels_refs = 1, value, timestamp };
}
namespace metadata_field {
enum : protozero::pbf_tag_type { type = 1, help_ref = 3, unit_ref };
}

}  // namespace

void WriteRequestV2::append_name(ByteBuffer& bytes, std::string_view name) {
  bytes.set_end(put_varint(bytes.reserve(kMaxVarintSize), symbols_.position_of(name)));
}

void WriteRequestV2::append_label(ByteBuffer& labels, std::string_view name_bytes, std::string_view value) {
  char* const to = labels.reserve(2 * kMaxVarintSize);
  labels.set_end(put_varint(put(to, name_bytes), symbols_.position_of(value)));
}

void WriteRequestV2::begin_family(const FamilyMetadata& family) {
  type_ = family.type;
  help_ = family.help;
  unit_ = family.unit;
  epoch_of_metadata_ = 0;
}

// The metadata is encoded once per family and message.
const std::string& WriteRequestV2::metadata() {
  if (epoch_of_metadata_ == epoch_) return metadata_;
  metadata_.clear();
  protozero::pbf_writer series(metadata_);
  protozero::pbf_writer metadata(series, series_field::metadata);
  metadata.add_enum(metadata_field::type, static_cast<std::int32_t>(metadata_type(type_)));
  metadata.add_uint32(metadata_field::help_ref, symbols_.position_of(help_));
  metadata.add_uint32(metadata_field::unit_ref, symbols_.position_of(unit_));
  epoch_of_metadata_ = epoch_;
  return metadata_;
}

void WriteRequestV2::append_exemplar(const Exemplar& exemplar) {
  protozero::pbf_writer series(fields_);
  protozero::pbf_writer message(series, series_field::exemplars);
  std::vector<std::uint32_t> references;
  for (const auto [name, value] : exemplar.labels) {
    if (value.empty()) continue;
    references.push_back(symbols_.position_of(name));
    references.push_back(symbols_.position_of(value));
  }
  message.add_packed_uint32(exemplar_field::labels_refs, references.begin(), references.end());
  message.add_double(exemplar_field::value, canonical(exemplar.value));
  message.add_int64(exemplar_field::timestamp, exemplar.at->time_since_epoch().count());
}

void WriteRequestV2::add_sample(const LabelPieces& labels, double value, const SampleTimes& times,
                                const Exemplar* exemplar) {
  fields_.clear();
  if (exemplar) append_exemplar(*exemplar);
  const std::string& described = metadata();
  sample_.set_times(times.at, times.start);
  const std::size_t size = size_of_field(labels.size()) + sample_.size() + fields_.size() + described.size();
  char* to = series_.reserve(kMaxFieldSize + size);
  to = put_start(to, request_field::timeseries, size);
  to = labels.put(put_start(to, series_field::labels_refs, labels.size()));
  to = sample_.put(to, series_field::samples, value);
  series_.set_end(put(put(to, fields_), described));
}

void WriteRequestV2::add_native(const LabelPieces& labels, const HistogramSample& sample, bool is_gauge,
                                const SampleTimes& times, std::span<const Exemplar> exemplars) {
  fields_.clear();
  {
    protozero::pbf_writer series(fields_);
    native_.write(series, series_field::histograms, sample, is_gauge, times);
  }
  for (const Exemplar& exemplar : exemplars) append_exemplar(exemplar);
  fields_ += metadata();
  const std::size_t size = size_of_field(labels.size()) + fields_.size();
  char* const to = put_start(series_.reserve(kMaxFieldSize + size), request_field::timeseries, size);
  series_.set_end(put(labels.put(put_start(to, series_field::labels_refs, labels.size())), fields_));
}

std::string_view WriteRequestV2::finish() {
  message_.clear();
  message_.append(symbols_.fields());
  message_.append(series_.view());
  return message_.view();
}

void WriteRequestV2::clear() {
  ++epoch_;
  symbols_.clear();
  series_.clear();
}

}  // namespace narthex::detail
