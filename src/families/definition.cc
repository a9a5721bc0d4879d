#include "families/definition.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <narthex/detail/family_options.h>
#include <narthex/detail/quote.h>
#include <narthex/error.h>
#include <narthex/sink.h>

#include "base/joined.h"
#include "base/utf8.h"
#include "model/names.h"
#include "model/reserved_names.h"
#include "model/sample_rules.h"

namespace narthex::detail {

namespace {

constexpr std::size_t kDefaultMaxSeries = 10'000;               // of the options of every kind
constexpr std::size_t kMaxCombinations = std::size_t{1} << 24;  // of closed values; each takes 16 bytes

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

void check_closed_values(const Definition& definition, const std::string& name, std::vector<std::string> values) {
  const auto refuse_label = [&](std::string_view why) {
    refuse(definition, fmt::format("label {}: {}", quote(name), why));
  };
  if (values.empty()) refuse_label("it has no values; allowed: one or more");
  std::ranges::sort(values);
  if (const auto twice = std::ranges::adjacent_find(values); twice != values.end()) {
    refuse_label(fmt::format("the value {} appears twice; each key needs a value of its own", quote(*twice)));
  }
  for (const std::string& value : values) {
    if (!is_utf8(value)) refuse_label(fmt::format("the value {} must be UTF-8", quote(value)));
    if (value == kOverflow) refuse_label(fmt::format("the value {} is reserved; use another text", quote(value)));
  }
}

std::string listed(const std::vector<std::string>& label_names) {
  std::string text;
  for (const std::string& name : label_names) {
    if (!text.empty()) text += ", ";
    append_label_name(text, name);  // in quotes, if a comma could be part of it
  }
  return text;
}

void check_closed_labels(const Definition& definition) {
  const bool is_limited = definition.max_series != 0 && definition.max_series < kMaxCombinations;
  const std::size_t limit = is_limited ? definition.max_series : kMaxCombinations;
  std::size_t factor = limit;  // by which the combinations of the labels so far may be multiplied
  std::string sizes;           // "3 x 4"
  for (std::size_t i = 0; i < definition.closed_values.size(); ++i) {
    check_closed_values(definition, definition.label_names[i], definition.closed_values[i]);
    const std::size_t size = definition.closed_values[i].size();
    sizes += (sizes.empty() ? "" : " x ") + std::to_string(size);
    factor /= size;
  }
  if (factor != 0) return;
  refuse(definition, fmt::format("the closed labels ({}) have {} combinations of values; allowed: at most {}{}",
                                 listed(definition.label_names), sizes, limit, is_limited ? " (max_series)" : ""));
}

// Returns the label names, and the values of closed labels.
std::string listed_with_values(const Definition& definition) {
  if (definition.closed_values.empty()) return listed(definition.label_names);
  std::string text;
  for (std::size_t i = 0; i < definition.label_names.size(); ++i) {
    if (i != 0) text += ", ";
    append_label_name(text, definition.label_names[i]);
    text += fmt::format(" from {}", quote(joined(definition.closed_values[i], ", ")));
  }
  return text;
}

// Returns the names and values, sorted by name.
std::string listed(Labels labels) {
  std::ranges::sort(labels);
  std::string text;
  for (const auto& [name, value] : labels) {
    if (!text.empty()) text += ", ";
    append_label_name(text, name);
    text += '=' + quote(value);
  }
  return text;
}

std::string described(const Definition& definition) {
  std::string text = fmt::format("{} with help {}", to_string(definition.kind->type()), quote(definition.help));
  if (!definition.unit.empty()) text += fmt::format(", unit {}", quote(definition.unit));
  text += fmt::format(", labels ({})", listed_with_values(definition));
  if (!definition.constant_labels.empty()) {
    text += fmt::format(", constant labels ({})", listed(definition.constant_labels));
  }
  if (const std::string settings = definition.kind->settings(); !settings.empty()) text += ", " + settings;
  if (definition.max_series != kDefaultMaxSeries) text += fmt::format(", max_series {}", definition.max_series);
  if (definition.idle_timeout.count() != 0)
    text += fmt::format(", idle_timeout {} ms", definition.idle_timeout.count());
  return text;
}

// Returns a part of a message that shows the difference of two help texts, or nothing if the start of the texts shows
// it.
std::string difference_of_help(std::string_view now, std::string_view before) {
  constexpr std::size_t kStart = 40;  // quote() does not cut it, even if it writes each byte as \x0a
  std::size_t same = 0;
  for (std::size_t length = 0; (length = utf8_length(now.substr(same))) != 0; same += length) {
    if (now.substr(same, length) != before.substr(same, length)) break;
  }
  if (now == before || same < kStart) return {};
  return fmt::format("; the help texts differ from byte {}: {} and {}", same, quote(before.substr(same)),
                     quote(now.substr(same)));
}

}  // namespace

std::string title(const Definition& definition) {
  return fmt::format("{} {}", to_string(definition.kind->type()), quote(definition.name));
}

std::size_t closed_combinations(const Definition& definition) noexcept {
  std::size_t combinations = 1;
  for (const std::vector<std::string>& values : definition.closed_values) combinations *= values.size();
  return combinations;
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
  check_closed_labels(definition);
  if (definition.idle_timeout.count() < 0) {
    refuse(definition, fmt::format("idle_timeout is {} ms; allowed: 0 or more; 0 means that series do not expire",
                                   definition.idle_timeout.count()));
  }
}

bool are_siblings(const Definition& a, const Definition& b) {
  return a.kind->type() == b.kind->type() && a.help == b.help && a.unit == b.unit && a.label_names == b.label_names &&
         a.closed_values == b.closed_values && constant_names(a) == constant_names(b) &&
         a.kind->settings() == b.kind->settings() && a.max_series == b.max_series && a.idle_timeout == b.idle_timeout;
}

std::string conflict(const Definition& now, const Definition& before) {
  return fmt::format("{}: an earlier definition is different; earlier: {}; now: {}{}", title(now), described(before),
                     described(now), difference_of_help(now.help, before.help));
}

std::string conflict_of_scopes(const Definition& now, const Definition& before) {
  return fmt::format(
      "{}: {} has defined it with the same constant labels ({}), and now {} does; give them different "
      "prefixes or labels",
      title(now), Scope::title(before.scope.get()), listed(now.constant_labels), Scope::title(now.scope.get()));
}

std::string conflict_with_function(const Definition& now, std::string_view earlier) {
  if (now.constant_labels.empty()) {
    return fmt::format(
        "{}: {} without constant labels is already defined; give each function its own values of "
        "constant labels",
        title(now), earlier);
  }
  return fmt::format(
      "{}: {} with the constant labels ({}) is already defined; give each function its own values of the constant "
      "labels",
      title(now), earlier, listed(now.constant_labels));
}

}  // namespace narthex::detail
