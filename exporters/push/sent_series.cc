#include "push/sent_series.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <optional>
#include <unordered_map>
#include <utility>

#include "model/checked_labels.h"

namespace narthex::detail {

namespace {

// Returns the elements of a list that another list lacks. Both are short.
template <class List>
List without(const List& list, const List& other) {
  List rest;
  std::ranges::copy_if(list, std::back_inserter(rest),
                       [&](const auto& element) { return std::ranges::find(other, element) == other.end(); });
  return rest;
}

// Returns the parts that a series has lost, or nothing.
std::optional<SeriesShape> lost_parts(const SeriesShape& last, const SeriesShape& current) {
  SeriesShape lost{.bounds = without(last.bounds, current.bounds),
                   .states = without(last.states, current.states),
                   .has_classic = last.has_classic && current.has_classic,
                   .has_native = last.has_native && !current.has_native,
                   .is_partial = true};
  if (lost.bounds.empty() && lost.states.empty() && !lost.has_native) return std::nullopt;
  return lost;
}

}  // namespace

void SentSeries::begin_family(const FamilyInfo& family) {
  Family& added = current_.emplace_back();
  added.description = {.name = std::string(family.name),
                       .help = std::string(family.help.value_or("")),
                       .unit = std::string(family.unit),
                       .type = family.type};
}

void SentSeries::add(LabelView labels, const SeriesShape& shape, const Timestamp& created) {
  Family& family = current_.back();
  const std::uint32_t index = family.index_of(shape);
  family.labels += labels.text();
  family.series.push_back({.end = family.labels.size(), .shape = index, .created = created});
}

// Almost all series of a family have the shape of the one before. A collector may give each series another one, so only
// the last ones are compared.
std::uint32_t SentSeries::Family::index_of(const SeriesShape& shape) {
  constexpr std::ptrdiff_t kMaxCompared = 4;
  const auto end = shapes.rend();
  const auto found = std::find(shapes.rbegin(), shapes.rbegin() + std::min(end - shapes.rbegin(), kMaxCompared), shape);
  if (found != end && *found == shape) return static_cast<std::uint32_t>(end - found - 1);
  shapes.push_back(shape);
  return static_cast<std::uint32_t>(shapes.size() - 1);
}

std::string_view SentSeries::Family::labels_of(std::size_t i) const {
  const std::size_t begin = i == 0 ? 0 : series[i - 1].end;
  return std::string_view(labels).substr(begin, series[i].end - begin);
}

bool SentSeries::Family::is_like(const Family& other) const {
  const auto is_equal = [](const Series& a, const Series& b) { return a.end == b.end && a.shape == b.shape; };
  return labels == other.labels && shapes == other.shapes && std::ranges::equal(series, other.series, is_equal);
}

void SentSeries::report(const Family& family, std::size_t i, const SeriesShape& shape, const OnSeries& on_series) {
  on_series(family.description, CheckedLabels::view(family.labels_of(i)), shape, family.series[i].created);
}

void SentSeries::report_removed(const Family& last, const Family* current, const OnSeries& on_removed) {
  if (current != nullptr && last.is_like(*current)) return;
  std::unordered_map<std::string_view, std::size_t> served;
  for (std::size_t i = 0; current != nullptr && i < current->series.size(); ++i) served[current->labels_of(i)] = i;
  // A series of another type replaces the old one under the same name.
  const bool has_type = current != nullptr && current->description.type == last.description.type;
  for (std::size_t i = 0; i < last.series.size(); ++i) {
    const auto found = served.find(last.labels_of(i));
    if (found == served.end()) {
      report(last, i, last.shape_of(i), on_removed);
    } else if (const auto lost =
                   has_type ? lost_parts(last.shape_of(i), current->shape_of(found->second)) : std::nullopt) {
      report(last, i, *lost, on_removed);
    }
  }
}

void SentSeries::find_removed(const OnSeries& on_removed) const {
  auto candidate = current_.begin();
  for (const Family& last : last_) {
    while (candidate != current_.end() && candidate->description.name < last.description.name) ++candidate;
    const bool is_same = candidate != current_.end() && candidate->description.name == last.description.name;
    report_removed(last, is_same ? &*candidate : nullptr, on_removed);
  }
}

void SentSeries::commit() {
  last_ = std::move(current_);
  current_.clear();
}

void SentSeries::for_each(const OnSeries& on_series) const {
  for (const Family& family : last_) {
    for (std::size_t i = 0; i < family.series.size(); ++i) report(family, i, family.shape_of(i), on_series);
  }
}

}  // namespace narthex::detail
