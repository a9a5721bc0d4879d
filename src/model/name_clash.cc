#include "model/name_clash.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <vector>

#include <fmt/format.h>
#include <narthex/detail/quote.h>

#include "model/reserved_names.h"

namespace narthex::detail {

namespace {

// How a family uses a name.
enum class Use { own_name, name_in_openmetrics, samples, samples_in_openmetrics };

struct UsedName {
  std::string name;
  Use use;
};

using UsedNames = std::vector<UsedName>;
using Suffixes = std::initializer_list<std::string_view>;

void add(UsedNames& names, std::string_view stem, Suffixes suffixes, Use use) {
  for (const std::string_view suffix : suffixes) names.push_back({fmt::format("{}{}", stem, suffix), use});
}

UsedNames names_used_by(MetricType type, std::string_view name) {
  UsedNames names{{std::string(name), Use::own_name}};
  std::string_view stem = name;
  switch (type) {
    case MetricType::counter:  // without the suffix, all formats use the name as it is
      if (!remove_suffix(stem, suffix::kTotal)) break;
      add(names, stem, {""}, Use::name_in_openmetrics);
      add(names, stem, {suffix::kCreated}, Use::samples_in_openmetrics);
      break;
    case MetricType::histogram:
      add(names, stem, {suffix::kBucket, suffix::kSum, suffix::kCount}, Use::samples);
      add(names, stem, {suffix::kCreated}, Use::samples_in_openmetrics);
      break;
    case MetricType::summary:
      add(names, stem, {suffix::kSum, suffix::kCount}, Use::samples);
      add(names, stem, {suffix::kCreated}, Use::samples_in_openmetrics);
      break;
    case MetricType::gauge_histogram:
      add(names, stem, {suffix::kBucket, suffix::kSum, suffix::kCount}, Use::samples);
      add(names, stem, {suffix::kGaugeSum, suffix::kGaugeCount}, Use::samples_in_openmetrics);
      break;
    case MetricType::info:
      if (remove_suffix(stem, suffix::kInfo)) {
        add(names, stem, {""}, Use::name_in_openmetrics);
      } else {
        add(names, stem, {suffix::kInfo}, Use::samples);
      }
      break;
    case MetricType::gauge:
    case MetricType::state_set:
    case MetricType::unknown:
      break;
  }
  return names;
}

const UsedName* find(const UsedNames& names, std::string_view name) {
  const auto found = std::ranges::find(names, name, &UsedName::name);
  return found == names.end() ? nullptr : &*found;
}

constexpr std::array<std::string_view, 8> kSuffixes{suffix::kBucket,  suffix::kSum,      suffix::kCount,
                                                    suffix::kCreated, suffix::kGaugeSum, suffix::kGaugeCount,
                                                    suffix::kTotal,   suffix::kInfo};

// Returns the names of all families that can use a name: the name, and the name without one suffix, each also with the
// suffixes of types.
std::vector<std::string> possible_owners(std::string_view name) {
  std::vector<std::string_view> stems{name};
  for (const std::string_view suffix : kSuffixes) {
    std::string_view stem = name;
    if (remove_suffix(stem, suffix)) stems.push_back(stem);
  }
  std::vector<std::string> owners;
  for (const std::string_view stem : stems) {
    for (const std::string_view end : {std::string_view(), suffix::kTotal, suffix::kInfo}) {
      owners.push_back(fmt::format("{}{}", stem, end));
    }
  }
  return owners;
}

struct Owner {
  MetricType type;
  std::string_view name;

  std::string title() const { return fmt::format("{} {}", to_string(type), quote(name)); }
};

std::string reason(const Owner& owner, const UsedName& used) {
  switch (used.use) {
    case Use::own_name:
      return fmt::format("{} has this name", owner.title());
    case Use::name_in_openmetrics:
      return fmt::format("{} is called {} in OpenMetrics", owner.title(), quote(used.name));
    case Use::samples:
      return fmt::format("{} also writes samples called {}", owner.title(), quote(used.name));
    case Use::samples_in_openmetrics:
      break;
  }
  return fmt::format("{} also writes samples called {} in OpenMetrics", owner.title(), quote(used.name));
}

// Returns why both families use the same name. The reason leaves out a family whose own name it is.
std::string reason(const Owner& a, const UsedName& of_a, const Owner& b, const UsedName& of_b) {
  if (of_a.use == Use::own_name) return reason(b, of_b);
  if (of_b.use == Use::own_name) return reason(a, of_a);
  return fmt::format("{}, and {}", reason(a, of_a), reason(b, of_b));
}

}  // namespace

std::string_view root_of(std::string_view name) noexcept {
  while (std::ranges::any_of(kSuffixes, [&](std::string_view suffix) { return remove_suffix(name, suffix); })) {
  }
  return name;
}

std::optional<NameClash> find_name_clash(MetricType type, std::string_view name, const TypeOf& type_of) {
  for (const UsedName& used : names_used_by(type, name)) {
    for (const std::string& other : possible_owners(used.name)) {
      if (other == name) continue;
      const std::optional<MetricType> other_type = type_of(other);
      if (!other_type) continue;
      const UsedNames names = names_used_by(*other_type, other);
      if (const UsedName* same = find(names, used.name)) {
        return NameClash{*other_type, other, reason({type, name}, used, {*other_type, other}, *same)};
      }
    }
  }
  return std::nullopt;
}

}  // namespace narthex::detail
