#include "remote_write/series_parts.h"

#include <string>
#include <utility>

#include <narthex/detail/float_text.h>

#include "model/reserved_names.h"
#include "push/valid_utf8.h"

namespace narthex::detail {

namespace {

constexpr std::size_t kMaxPart = 96;  // bytes of a series beside its labels: sizes, number, times, metadata

}  // namespace

void SeriesParts::begin_family(const FamilyMetadata& family) {
  const bool is_gauge = family.type == MetricType::gauge_histogram;
  const std::array<std::string_view, 4> suffixes = {"", suffix::kBucket, is_gauge ? suffix::kGaugeSum : suffix::kSum,
                                                    is_gauge ? suffix::kGaugeCount : suffix::kCount};
  for (std::size_t i = 0; i < names_.size(); ++i) {
    names_[i].text = family.name;
    names_[i].text += suffixes[i];
    names_[i].epoch = ~std::uint64_t{0};
  }
  type_ = family.type;
  const std::string_view own = detail::own_label(family.type, family.name);
  if (own_label_.text != own) {
    own_label_.text = own;
    own_label_.epoch = ~std::uint64_t{0};
    numbers_.clear();
  }
  const std::string help = as_valid_utf8(family.help);
  const std::string unit = as_valid_utf8(family.unit);
  writer_.begin_family({family.name, help, unit, family.type, family.is_repeated});
}

void SeriesParts::begin_metric(LabelView labels, std::size_t parts, const SampleTimes& times,
                               std::size_t further_bytes) {
  const std::size_t part = block_.max_size(labels) + names_[bucket].text.size() + kMaxPart;
  requests_.make_room(parts, parts * part + further_bytes);
  times_ = times;
  block_.set(labels, own_label_.text);
}

std::string_view SeriesParts::encode(Encoded& label, Encoded& name) {
  const std::uint64_t epoch = writer_.epoch();
  if (label.epoch != epoch) {
    if (name.epoch != epoch) {
      name.bytes.clear();
      writer_.append_name(name.bytes, name.text);
      name.epoch = epoch;
    }
    label.bytes.clear();
    writer_.append_label(label.bytes, name.bytes.view(), label.text);
    label.epoch = epoch;
  }
  return label.bytes.view();
}

std::string_view SeriesParts::name_bytes(Name name) { return encode(names_[name], name_label_); }

void SeriesParts::add(Name name, double value, const Exemplar* exemplar) {
  requests_.make_room(1, 0);
  writer_.add_sample(block_.with(name_bytes(name)), value, times_, exemplar);
  requests_.count_sample();
}

void SeriesParts::add_with_number(Name name, std::size_t position, double number, double value,
                                  const Exemplar* exemplar) {
  requests_.make_room(1, 0);
  if (position >= numbers_.size()) numbers_.resize(position + 1);
  Number& known = numbers_[position];
  if (known.label.text.empty() || known.number != number) {
    known = {.number = number, .label = {.text = float_text(number)}};
  }
  writer_.add_sample(block_.with(name_bytes(name), encode(known.label, own_label_)), value, times_, exemplar);
  requests_.count_sample();
}

void SeriesParts::add_with_state(std::string_view state, double value) {
  requests_.make_room(1, 0);
  state_.text = as_valid_utf8(state);
  state_.epoch = ~std::uint64_t{0};
  writer_.add_sample(block_.with(name_bytes(plain), encode(state_, own_label_)), value, times_, nullptr);
  requests_.count_sample();
}

void SeriesParts::add_native(const HistogramSample& sample, std::span<const Exemplar> exemplars) {
  requests_.make_room(1, 0);
  const bool is_gauge = type_ == MetricType::gauge_histogram;
  writer_.add_native(block_.with(name_bytes(plain)), sample, is_gauge, times_, exemplars);
  requests_.count_histogram();
}

}  // namespace narthex::detail
