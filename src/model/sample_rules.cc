#include "model/sample_rules.h"

#include <string>

#include <fmt/format.h>
#include <narthex/detail/quote.h>
#include <narthex/error.h>

#include "base/utf8.h"
#include "model/label_cursor.h"
#include "model/names.h"

namespace narthex::detail {

namespace {

constexpr std::size_t kMaxExemplarCharacters = 128;

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

[[noreturn]] void refuse(const FamilyInfo& family, std::string_view fault) {
  throw RegistrationError(fmt::format("{} {}: {}", to_string(family.type), quote(family.name), fault));
}

}  // namespace

std::string_view suffix_of(MetricType type) noexcept {
  switch (type) {
    case MetricType::counter:
      return "_total";
    case MetricType::info:
      return "_info";
    default:
      return {};
  }
}

std::string_view missing_suffix(const FamilyInfo& family) noexcept {
  const std::string_view ending = suffix_of(family.type);
  return family.type == MetricType::info && !family.name.ends_with(ending) ? ending : std::string_view();
}

std::string unit_error(const FamilyInfo& family) {
  const std::string_view unit = family.unit;
  if (unit.empty()) return {};
  if (family.type == MetricType::info || family.type == MetricType::state_set) {
    return fmt::format("unit {}: OpenMetrics knows no unit of a family of this type", quote(unit));
  }
  const std::string word = fmt::format("_{}", unit);
  if (!is_legacy_metric_name(word)) {
    return fmt::format("unit {}: a unit is made of letters, digits and '_'", quote(unit));
  }
  std::string_view stem = family.name;
  if (stem.ends_with(suffix_of(family.type))) stem.remove_suffix(suffix_of(family.type).size());
  if (stem.ends_with(word)) return {};
  return fmt::format("unit {} is not the last word of the name; the name would be {}", quote(unit),
                     quote(fmt::format("{}{}{}", stem, word, family.name.substr(stem.size()))));
}

void check_name(const FamilyInfo& family) {
  std::string_view fault;
  if (family.name.empty()) fault = "a metric name may not be empty";
  if (!is_utf8(family.name)) fault = "a metric name has to be UTF-8";
  if (!fault.empty()) refuse(family, fault);
}

void check_family(const FamilyInfo& family, NameRule rule) {
  std::string fault = metric_name_error(family.name, rule);
  if (fault.empty() && family.type == MetricType::state_set) fault = label_name_error(family.name, rule);  // it is both
  if (fault.empty() && family.name == suffix_of(family.type)) fault = "the name is nothing but its ending";
  if (fault.empty()) fault = unit_error(family);
  if (!fault.empty()) refuse(family, fault);
}

void check_label_names(LabelView labels, NameRule rule) {
  if (rule == NameRule::utf8 || !may_have_quoted_names(labels)) return;
  std::string name;
  for (LabelCursor label(labels); label.next();) {
    name.clear();
    append_unescaped(name, label.name());
    const std::string fault = label_name_error(name, rule);
    if (!fault.empty()) throw RegistrationError(fmt::format("label {}: {}", quote(name), fault));
  }
}

void check_timestamp(std::string_view name, Timestamp::value_type at) {
  if (!is_before_1970(at)) return;
  throw RegistrationError(fmt::format("sample {}: its timestamp {} ms is before 1970, which Prometheus refuses",
                                      quote(name), at.time_since_epoch().count()));
}

std::string exemplar_error(const Exemplar& exemplar) {
  std::size_t characters = 0;
  for (LabelCursor label(exemplar.labels); label.next();) {
    characters += count_characters(label.name()) + count_characters(label.value());
    if (!is_legacy_label_name(label.name())) {
      return fmt::format("the label name {} of an exemplar would need quotes, which few servers take",
                         quote(label.name()));
    }
  }
  if (characters > kMaxExemplarCharacters) {
    return fmt::format("the labels {{{}}} of an exemplar have {} characters; {} are allowed", exemplar.labels.text(),
                       characters, kMaxExemplarCharacters);
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
