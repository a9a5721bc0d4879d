#include "families/definition.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <narthex/detail/family_options.h>
#include <narthex/detail/quote.h>
#include <narthex/error.h>
#include <narthex/sink.h>

#include "base/utf8.h"
#include "model/reserved_names.h"
#include "model/sample_rules.h"

namespace narthex::detail {

namespace {

constexpr std::size_t kDefaultMaxSeries = 10'000;  // of the options of every kind

[[noreturn]] void refuse(const Definition& definition, std::string_view why) {
  throw RegistrationError(fmt::format("{}: {}", title(definition), why));
}

// Label names as a program lists them, sorted where their order means nothing.
std::vector<std::string> constant_names(const Definition& definition) {
  std::vector<std::string> names;
  for (const auto& [name, value] : definition.constant_labels) names.push_back(name);
  std::ranges::sort(names);
  return names;
}

void check_suffix(const Definition& definition) {
  const std::string_view suffix = suffix_of(definition.kind->type());
  std::string_view stem = definition.name;
  if (remove_suffix(stem, suffix)) return;
  if (stem == suffix) refuse(definition, only_suffix_error(suffix));
  refuse(definition, fmt::format("the name must end with {}; allowed: {}", quote(suffix),
                                 quote(fmt::format("{}{}", stem, suffix))));
}

void check_labels(const Definition& definition, NameRule rule) {
  const std::string_view own = own_label(definition.kind->type(), definition.name);
  if (const std::string error = own.empty() ? std::string() : label_name_error(own, rule); !error.empty()) {
    refuse(definition,
           fmt::format("a {} also writes the label {}: {}", to_string(definition.kind->type()), quote(own), error));
  }
  std::vector<std::string> names = constant_names(definition);
  names.insert(names.end(), definition.label_names.begin(), definition.label_names.end());
  for (const std::string& name : names) {
    if (const std::string error = label_name_error(name, rule); !error.empty()) {
      refuse(definition, fmt::format("label {}: {}", quote(name), error));
    }
    if (name == own) {
      refuse(definition, fmt::format("label {}: a {} adds this label itself; use another name", quote(name),
                                     to_string(definition.kind->type())));
    }
  }
  std::ranges::sort(names);
  if (const auto twice = std::ranges::adjacent_find(names); twice != names.end()) {
    refuse(definition, fmt::format("label {}: the name appears twice; a series has each label once", quote(*twice)));
  }
  for (const auto& [name, value] : definition.constant_labels) {
    if (!is_utf8(value))
      refuse(definition, fmt::format("label {}: the value {} must be UTF-8", quote(name), quote(value)));
  }
}

std::string described(const Definition& definition) {
  std::string text = fmt::format("{} with help {}", to_string(definition.kind->type()), quote(definition.help));
  if (!definition.unit.empty()) text += fmt::format(", unit {}", quote(definition.unit));
  text += fmt::format(", labels ({})", fmt::join(definition.label_names, ", "));
  if (!definition.constant_labels.empty())
    text += fmt::format(", constant labels ({})", fmt::join(constant_names(definition), ", "));
  if (const std::string settings = definition.kind->settings(); !settings.empty()) text += ", " + settings;
  if (definition.max_series != kDefaultMaxSeries) text += fmt::format(", max_series {}", definition.max_series);
  if (definition.idle_timeout.count() != 0)
    text += fmt::format(", idle_timeout {} ms", definition.idle_timeout.count());
  return text;
}

}  // namespace

std::string title(const Definition& definition) {
  return fmt::format("{} {}", to_string(definition.kind->type()), quote(definition.name));
}

void check(const Definition& definition, NameRule rule) {
  if (const std::string error = metric_name_error(definition.name, rule); !error.empty()) refuse(definition, error);
  if (definition.kind->requires_suffix()) check_suffix(definition);
  if (definition.help.empty()) {
    refuse(definition, "the help text is missing; write one sentence, for example .help = \"Requests served.\"");
  }
  if (!is_utf8(definition.help))
    refuse(definition, fmt::format("the help text {} must be UTF-8", quote(definition.help)));
  const FamilyInfo family{definition.name, definition.help, definition.unit, definition.kind->type()};
  if (const std::string error = unit_error(family); !error.empty()) refuse(definition, error);
  check_labels(definition, rule);
  if (definition.idle_timeout.count() < 0) {
    refuse(definition, fmt::format("idle_timeout is {} ms; allowed: 0 or more; 0 means that series do not expire",
                                   definition.idle_timeout.count()));
  }
}

bool are_siblings(const Definition& a, const Definition& b) {
  return a.kind->type() == b.kind->type() && a.help == b.help && a.unit == b.unit && a.label_names == b.label_names &&
         constant_names(a) == constant_names(b) && a.kind->settings() == b.kind->settings() &&
         a.max_series == b.max_series && a.idle_timeout == b.idle_timeout;
}

bool have_same_constants(const Definition& a, const Definition& b) {
  return std::ranges::is_permutation(a.constant_labels, b.constant_labels);
}

std::string conflict(const Definition& now, const Definition& before) {
  return fmt::format("{}: an earlier definition is different; earlier: {}; now: {}", title(now), described(before),
                     described(now));
}

std::string conflict_with_function(const Definition& now, const Definition& before) {
  return fmt::format("{}: the name is already defined; a function needs its own name; earlier: {}; now: {}", title(now),
                     described(before), described(now));
}

}  // namespace narthex::detail
