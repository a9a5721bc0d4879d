#include "remote_write/write_request_v1.h"

#include "formats/canonical_nan.h"

namespace narthex::detail {

namespace {

namespace request_field {
enum : protozero::pbf_tag_type { timeseries = 1, metadata = 3 };
}
namespace series_field {
enum : protozero::pbf_tag_type { labels = 1, samples, exemplars, histograms };
}
namespace label_field {
enum : protozero::pbf_tag_type { name = 1, value };
}
namespace exemplar_field {
enum : protozero::pbf_tag_type { labels = 1, value, timestamp };
}
namespace metadata_field {
enum : protozero::pbf_tag_type { type = 1, metric_family_name, help = 4, unit };
}

}  // namespace

void WriteRequestV1::append_name(ByteBuffer& bytes, std::string_view name) {
  bytes.set_end(put_text(bytes.reserve(kMaxFieldSize + name.size()), label_field::name, name));
}

void WriteRequestV1::append_label(ByteBuffer& labels, std::string_view name_bytes, std::string_view value) {
  char* to = labels.reserve(2 * kMaxFieldSize + name_bytes.size() + value.size());
  to = put_start(to, series_field::labels, name_bytes.size() + size_of_field(value.size()));
  labels.set_end(put_text(put(to, name_bytes), label_field::value, value));
}

void WriteRequestV1::begin_family(const FamilyMetadata& family) {
  if (!with_metadata_ || family.is_repeated) return;
  protozero::pbf_writer request(metadata_);
  protozero::pbf_writer metadata(request, request_field::metadata);
  metadata.add_enum(metadata_field::type, static_cast<std::int32_t>(metadata_type(family.type)));
  metadata.add_string(metadata_field::metric_family_name, family.name.data(), family.name.size());
  if (!family.help.empty()) metadata.add_string(metadata_field::help, family.help.data(), family.help.size());
  if (!family.unit.empty()) metadata.add_string(metadata_field::unit, family.unit.data(), family.unit.size());
}

void WriteRequestV1::append_exemplar(const Exemplar& exemplar) {
  protozero::pbf_writer series(series_);
  protozero::pbf_writer message(series, series_field::exemplars);
  for (const auto [name, value] : exemplar.labels) {
    if (value.empty()) continue;
    protozero::pbf_writer label(message, exemplar_field::labels);
    label.add_string(label_field::name, name.data(), name.size());
    label.add_string(label_field::value, value.data(), value.size());
  }
  message.add_double(exemplar_field::value, canonical(exemplar.value));
  message.add_int64(exemplar_field::timestamp, exemplar.at->time_since_epoch().count());
}

void WriteRequestV1::add_sample(const LabelPieces& labels, double value, const SampleTimes& times,
                                const Exemplar* exemplar) {
  series_.clear();
  if (exemplar) append_exemplar(*exemplar);
  sample_.set_times(times.at, 0);
  const std::size_t size = labels.size() + sample_.size() + series_.size();
  char* to = message_.reserve(kMaxFieldSize + size);
  to = labels.put(put_start(to, request_field::timeseries, size));
  message_.set_end(put(sample_.put(to, series_field::samples, value), series_));
}

void WriteRequestV1::add_native(const LabelPieces& labels, const HistogramSample& sample, bool is_gauge,
                                const SampleTimes& times, std::span<const Exemplar> exemplars) {
  series_.clear();
  for (const Exemplar& exemplar : exemplars) append_exemplar(exemplar);
  {
    protozero::pbf_writer series(series_);
    native_.write(series, series_field::histograms, sample, is_gauge, {.at = times.at});
  }
  const std::size_t size = labels.size() + series_.size();
  char* const to = put_start(message_.reserve(kMaxFieldSize + size), request_field::timeseries, size);
  message_.set_end(put(labels.put(to), series_));
}

std::string_view WriteRequestV1::finish() {
  message_.append(metadata_);
  metadata_.clear();
  return message_.view();
}

void WriteRequestV1::clear() {
  message_.clear();
  metadata_.clear();
}

}  // namespace narthex::detail
