#include "sample_rules.h"

#include <array>
#include <string>

#include <fmt/format.h>
#include <narthex/detail/quote.h>
#include <narthex/error.h>

#include "label_cursor.h"
#include "names.h"
#include "utf8.h"

namespace narthex::detail {

namespace {

constexpr std::size_t kMostExemplarCharacters = 128;

// How many Unicode code points an escaped text stands for.
std::size_t count_characters(std::string_view escaped) noexcept {
  std::size_t count = 0;
  for (std::size_t i = 0; i < escaped.size(); ++i) {
    if (escaped[i] == '\\') ++i;
    const bool continues = (static_cast<unsigned char>(escaped[i]) & 0xc0) == 0x80;
    if (!continues) ++count;
  }
  return count;
}

bool is_before_1970(Timestamp::value_type at) noexcept { return at.time_since_epoch().count() < 0; }

}  // namespace

std::span<const std::string_view> suffixes_of(MetricType type) noexcept {
  static constexpr std::array<std::string_view, 3> kAll{"_sum", "_count", "_bucket"};
  const std::span<const std::string_view> all(kAll);
  switch (type) {
    case MetricType::histogram:
    case MetricType::gauge_histogram:
      return all;
    case MetricType::summary:
      return all.first(2);
    default:
      return {};
  }
}

void check_name(const FamilyInfo& family) {
  std::string_view fault;
  if (family.name.empty()) fault = "a metric name may not be empty";
  if (!is_utf8(family.name)) fault = "a metric name has to be UTF-8";
  if (family.type == MetricType::state_set && family.name.find(':') != std::string_view::npos) {
    fault = "the name of a state set is a label name, too, and may not contain ':'";
  }
  if (fault.empty()) return;
  throw RegistrationError(fmt::format("{} {}: {}", to_string(family.type), quote(family.name), fault));
}

void check_timestamp(std::string_view name, Timestamp::value_type at) {
  if (!is_before_1970(at)) return;
  throw RegistrationError(fmt::format("sample {}: its timestamp {} ms is before 1970, which Prometheus refuses",
                                      quote(name), at.time_since_epoch().count()));
}

std::string exemplar_fault(const Exemplar& exemplar) {
  std::size_t characters = 0;
  for (LabelCursor label(exemplar.labels); label.next();) {
    characters += count_characters(label.name()) + count_characters(label.value());
    if (!is_bare_label_name(label.name())) {
      return fmt::format("the label name {} of an exemplar would need quotes, which few servers take",
                         quote(label.name()));
    }
  }
  if (characters > kMostExemplarCharacters) {
    return fmt::format("the labels {{{}}} of an exemplar have {} characters; {} are allowed", exemplar.labels.text(),
                       characters, kMostExemplarCharacters);
  }
  if (exemplar.at && is_before_1970(*exemplar.at)) {
    return fmt::format("the timestamp {} ms of an exemplar is before 1970", exemplar.at->time_since_epoch().count());
  }
  return {};
}

void check_free(std::string_view own_label, LabelView labels) {
  if (!labels.has(own_label)) return;
  throw RegistrationError(
      fmt::format("label {}: the format writes this label itself, next to {{{}}}", quote(own_label), labels.text()));
}

}  // namespace narthex::detail
