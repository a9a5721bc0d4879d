#include "lint_rules.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "units.h"

namespace narthex::detail {

namespace {

constexpr std::string_view kRejected = "because strict OpenMetrics parsers reject the scrape";

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

std::string lower(std::string_view text) {
  std::string copy(text);
  for (char& c : copy) {
    if (is_upper(c)) c = static_cast<char>(c - 'A' + 'a');
  }
  return copy;
}

bool is_camel_case(std::string_view name) {
  return std::ranges::adjacent_find(name, [](char a, char b) { return is_lower(a) && is_upper(b); }) != name.end();
}

// Returns whether a name contains words joined by _ after its beginning.
bool has_words(std::string_view name, std::string_view words) {
  const std::string behind_others = fmt::format("_{}", words);
  return name.ends_with(behind_others) || name.find(behind_others + "_") != std::string_view::npos;
}

void help(const TextFamily& family, const Say& say) {
  if (family.help.empty()) say("no help text");
}

void units(const TextFamily& family, const Say& say) {
  for (std::string_view rest = family.name;;) {
    const std::string_view word = rest.substr(0, rest.find('_'));
    if (const auto base = base_unit(word)) {
      if (*base != word) say(fmt::format(R"(use base unit "{}" instead of "{}")", *base, word));
      return;
    }
    if (word.size() == rest.size()) return;
    rest.remove_prefix(word.size() + 1);
  }
}

void total(const TextFamily& family, const Say& say) {
  const bool has_total = family.name.ends_with("_total");
  if (family.type == "counter") {
    if (!has_total) say(R"(counter metrics should have "_total" suffix)");
  } else if (has_total && family.type != "untyped") {
    say(R"(non-counter metrics should not have "_total" suffix)");
  }
}

void reserved_suffixes(const TextFamily& family, const Say& say) {
  if (family.type == "untyped" || family.type == "histogram") return;
  if (family.name.ends_with("_bucket")) say(R"(non-histogram metrics should not have "_bucket" suffix)");
  if (family.type == "summary") return;
  for (const std::string_view suffix : {"_count", "_sum"}) {
    if (!family.name.ends_with(suffix)) continue;
    say(fmt::format(R"(non-histogram and non-summary metrics should not have "{}" suffix)", suffix));
  }
}

void reserved_labels(const TextFamily& family, const Say& say) {
  if (family.type == "untyped") return;
  for (const auto& names : family.label_names) {
    for (const std::string& name : names) {
      if (name == "le") say(R"(non-histogram metrics should not have "le" label)");
      if (name == "quantile") say(R"(non-summary metrics should not have "quantile" label)");
    }
  }
}

// Only the own type of a family: a gauge may describe a histogram.
void type_in_name(const TextFamily& family, const Say& say) {
  if (family.type == "untyped" || !has_words(lower(family.name), family.type)) return;
  say(fmt::format("metric name should not include type '{}'", family.type));
}

void colon(const TextFamily& family, const Say& say) {
  if (family.name.find(':') != std::string_view::npos) say("metric names should not contain ':'");
}

void camel_case(const TextFamily& family, const Say& say) {
  if (is_camel_case(family.name)) say("metric names should be written in 'snake_case' not 'camelCase'");
  for (const auto& names : family.label_names) {
    for (const std::string& name : names) {
      if (is_camel_case(name)) say("label names should be written in 'snake_case' not 'camelCase'");
    }
  }
}

void abbreviations(const TextFamily& family, const Say& say) {
  const std::string name = lower(family.name);
  for (const std::string_view unit : {"s", "ms", "us", "ns", "sec", "b", "kb", "mb", "gb", "tb", "pb", "m", "h", "d"}) {
    if (has_words(name, unit)) say("metric names should not contain abbreviated units");
  }
}

void repeated(const TextFamily& family, const Say& say) {
  for (std::size_t i = 0; i < family.repeated; ++i) say("metric not unique");
}

std::string_view suffix_of(const TextSample& sample, const TextFamily& family) {
  return sample.name.substr(family.name.size());
}

void sums(const TextFamily& family, const Say& say) {
  if (family.type != "histogram" && family.type != "summary") return;
  for (const TextSample& sample : family.samples) {
    if (suffix_of(sample, family) != "_sum" || sample.value >= 0) continue;
    say(fmt::format("sums should not be negative or NaN, {}", kRejected));
  }
}

void quantiles(const TextFamily& family, const Say& say) {
  if (family.type != "summary") return;
  for (const TextSample& sample : family.samples) {
    if (!suffix_of(sample, family).empty() || !(sample.value < 0)) continue;
    say(fmt::format("quantiles should not be negative, {}", kRejected));
  }
}

void bounds(const TextFamily& family, const Say& say) {
  if (family.type != "histogram") return;
  for (const TextSample& sample : family.samples) {
    for (const auto& [name, value] : sample.labels) {
      if (name != "le" || !(parse_number(value).value_or(0) < 0)) continue;
      say(fmt::format(R"(histograms should not have a negative "le" label, {})", kRejected));
    }
  }
}

constexpr std::array<LintRule, 13> kRules{help,         units,     total,      reserved_suffixes, reserved_labels,
                                          type_in_name, colon,     camel_case, abbreviations,     repeated,
                                          sums,         quantiles, bounds};

}  // namespace

std::span<const LintRule> lint_rules() { return kRules; }

}  // namespace narthex::detail
