#include "model/name_clash.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <vector>

#include <fmt/format.h>
#include <narthex/detail/quote.h>

namespace narthex::detail {

namespace {

// How the owner of a claim uses the name, as a message goes on behind "histogram 'x'".
enum class Use { own_name, name_in_openmetrics, samples, samples_in_openmetrics };

struct Claim {
  std::string name;
  Use use;
};

using Claims = std::vector<Claim>;
using Suffixes = std::initializer_list<std::string_view>;

void add(Claims& claims, std::string_view stem, Suffixes suffixes, Use use) {
  for (const std::string_view suffix : suffixes) claims.push_back({fmt::format("{}{}", stem, suffix), use});
}

bool take_off(std::string_view& name, std::string_view ending) noexcept {
  if (name.size() <= ending.size() || !name.ends_with(ending)) return false;
  name.remove_suffix(ending.size());
  return true;
}

Claims claims_of(MetricType type, std::string_view name) {
  Claims claims{{std::string(name), Use::own_name}};
  std::string_view stem = name;
  switch (type) {
    case MetricType::counter:  // without its ending it is what it is called, and nothing else
      if (!take_off(stem, "_total")) break;
      add(claims, stem, {""}, Use::name_in_openmetrics);
      add(claims, stem, {"_created"}, Use::samples_in_openmetrics);
      break;
    case MetricType::histogram:
      add(claims, stem, {"_bucket", "_sum", "_count"}, Use::samples);
      add(claims, stem, {"_created"}, Use::samples_in_openmetrics);
      break;
    case MetricType::summary:
      add(claims, stem, {"_sum", "_count"}, Use::samples);
      add(claims, stem, {"_created"}, Use::samples_in_openmetrics);
      break;
    case MetricType::gauge_histogram:
      add(claims, stem, {"_bucket", "_sum", "_count"}, Use::samples);
      add(claims, stem, {"_gsum", "_gcount"}, Use::samples_in_openmetrics);
      break;
    case MetricType::info:
      if (take_off(stem, "_info")) {
        add(claims, stem, {""}, Use::name_in_openmetrics);
      } else {
        add(claims, stem, {"_info"}, Use::samples);
      }
      break;
    case MetricType::gauge:
    case MetricType::state_set:
    case MetricType::unknown:
      break;
  }
  return claims;
}

const Claim* find(const Claims& claims, std::string_view name) {
  const auto found = std::ranges::find(claims, name, &Claim::name);
  return found == claims.end() ? nullptr : &*found;
}

constexpr std::array<std::string_view, 8> kSuffixes{"_bucket", "_sum",    "_count", "_created",
                                                    "_gsum",   "_gcount", "_total", "_info"};

// Returns what families are called that may claim a name: it, or what it is without a suffix, with an ending or without.
std::vector<std::string> possible_owners(std::string_view name) {
  std::vector<std::string_view> stems{name};
  for (const std::string_view suffix : kSuffixes) {
    std::string_view stem = name;
    if (take_off(stem, suffix)) stems.push_back(stem);
  }
  std::vector<std::string> owners;
  for (const std::string_view stem : stems) {
    for (const std::string_view ending : {"", "_total", "_info"}) owners.push_back(fmt::format("{}{}", stem, ending));
  }
  return owners;
}

struct Owner {
  MetricType type;
  std::string_view name;

  std::string title() const { return fmt::format("{} {}", to_string(type), quote(name)); }
};

std::string reason(const Owner& owner, const Claim& claim) {
  switch (claim.use) {
    case Use::own_name:
      return fmt::format("{} is called so", owner.title());
    case Use::name_in_openmetrics:
      return fmt::format("{} is called {} in OpenMetrics", owner.title(), quote(claim.name));
    case Use::samples:
      return fmt::format("{} also writes samples called {}", owner.title(), quote(claim.name));
    case Use::samples_in_openmetrics:
      break;
  }
  return fmt::format("{} also writes samples called {} in OpenMetrics", owner.title(), quote(claim.name));
}

// Says what takes both to the same name; that one of them is called so need not be said.
std::string reason(const Owner& a, const Claim& of_a, const Owner& b, const Claim& of_b) {
  if (of_a.use == Use::own_name) return reason(b, of_b);
  if (of_b.use == Use::own_name) return reason(a, of_a);
  return fmt::format("{}, and {}", reason(a, of_a), reason(b, of_b));
}

}  // namespace

std::string_view root_of(std::string_view name) noexcept {
  // A suffix is one word, so that no other one is left in its place.
  while (std::ranges::any_of(kSuffixes, [&](std::string_view suffix) { return take_off(name, suffix); })) {
  }
  return name;
}

std::optional<NameClash> find_name_clash(MetricType type, std::string_view name, const TypeOf& type_of) {
  for (const Claim& claim : claims_of(type, name)) {
    for (const std::string& other : possible_owners(claim.name)) {
      if (other == name) continue;
      const std::optional<MetricType> other_type = type_of(other);
      if (!other_type) continue;
      const Claims claims = claims_of(*other_type, other);
      if (const Claim* met = find(claims, claim.name)) {
        return NameClash{*other_type, other, reason({type, name}, claim, {*other_type, other}, *met)};
      }
    }
  }
  return std::nullopt;
}

}  // namespace narthex::detail
