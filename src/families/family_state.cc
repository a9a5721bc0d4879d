#include "families/family_state.h"

#include <algorithm>
#include <new>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <narthex/detail/hazard_ptr.h>
#include <narthex/detail/quote.h>
#include <narthex/error.h>

#include "base/joined.h"
#include "base/totals.h"
#include "model/escape.h"

namespace narthex::detail {

namespace {

std::unique_ptr<ClosedSeries> make_closed(const Definition& definition) {
  if (definition.closed_values.empty()) return nullptr;
  return std::make_unique<ClosedSeries>(closed_combinations(definition));
}

}  // namespace

FamilyState::FamilyState(Definition definition, std::shared_ptr<SeriesLimit> limit,
                         std::shared_ptr<std::atomic<std::uint64_t>> overflowed,
                         std::shared_ptr<const Diagnostics> diagnostics)
    : definition_(std::move(definition)),
      diagnostics_(std::move(diagnostics)),
      layout_(definition_.constant_labels, definition_.label_names),
      rejected_updates_id_(definition_.name),
      closed_(make_closed(definition_)),
      // Closed series do not expire.
      table_(layout_, std::move(limit), closed_ ? std::chrono::milliseconds(0) : definition_.idle_timeout,
             rejected_updates_id_.get(), closed_.get()),
      overflowed_(std::move(overflowed)) {
  if (closed_) create(closed_->overflow_index());
  // Here, so that a definition without memory for its series registers nothing.
  if (definition_.label_names.empty()) {
    static_cast<void>(HazardPtr<Series>(table_.find_or_create({}, nullptr, *definition_.kind)));
  }
}

LookupResult FamilyState::find_or_create(LabelValues values, const std::uint64_t* words) {
  if (!words) return find_or_create_again({}, values, nullptr);
  const LabelKey key = table_.key_of(values, words);
  const std::uint32_t epoch = table_.full_epoch();
  const LookupResult found = table_.find_hash(key.hash());
  if (!found.series) return create(values, key.hash(), epoch);
  // Compared after the search, so that the compiler has all registers for the comparison.
  if (table_.has_raw_values(*found.series, key)) [[likely]]
    return found;
  return find_or_create_again(found, values, words);
}

LookupResult FamilyState::find_or_create_again(LookupResult other, LabelValues values, const std::uint64_t* words) {
  static_cast<void>(HazardPtr<Series>(other));
  const LookupResult found = table_.find_or_create(values, words, *definition_.kind);
  return found.series ? found : find_or_create_overflow();
}

LookupResult FamilyState::create(LabelValues values, std::uint32_t hash, std::uint32_t epoch) {
  const LookupResult created = table_.create(values, hash, epoch, *definition_.kind);
  return created.series ? created : find_or_create_overflow();
}

LookupResult FamilyState::find_or_create_overflow() {
  // relaxed, both: a sum orders nothing else
  if (overflowed_->load(std::memory_order_relaxed) == 0) return begin_overflow();
  const LookupResult overflow = table_.find_or_create_overflow(*definition_.kind);
  overflowed_->fetch_add(1, std::memory_order_relaxed);
  return overflow;
}

// Whatever needs memory comes before the count, so that a lookup that fails is not counted.
LookupResult FamilyState::begin_overflow() {
  const std::string line = fmt::format(
      "{}: the family has its maximum of {} series (max_series); further label values are counted in one series "
      "labelled {}; check whether a label takes its values from untrusted clients",
      title(definition_), definition_.max_series, quote(kOverflow));
  const LookupResult overflow = table_.find_or_create_overflow(*definition_.kind);
  if (overflowed_->fetch_add(1, std::memory_order_relaxed) == 0) diagnostics_->log(line);  // relaxed: as above
  return overflow;
}

Series* FamilyState::create(std::size_t index) {
  return closed_->get_or_create(index, [&] {
    std::vector<std::string_view> values(definition_.label_names.size(), kOverflow);
    std::size_t rest = index;
    for (std::size_t i = values.size(); i-- > 0 && index != closed_->overflow_index();) {
      const std::vector<std::string>& all = definition_.closed_values[i];
      values[i] = all[rest % all.size()];
      rest /= all.size();
    }
    return table_.make(values, static_cast<std::uint32_t>(index), *definition_.kind);
  });
}

Series* FamilyState::show(std::size_t index) noexcept {
  if (index >= closed_->size()) return show_overflow("a key is not below the number of values of its label");
  try {
    if (table_.may_show(index)) {
      Series* const series = create(index);
      if (table_.show(series)) return series;
    }
    return show_overflow("the family has its maximum of series (max_series)");
  } catch (const std::bad_alloc&) {
    return show_overflow("there is no memory for a new series");
  }
}

Series* FamilyState::show_overflow(std::string_view reason) noexcept {
  if (overflowed_->fetch_add(1, std::memory_order_relaxed) == 0) {  // relaxed: a sum orders nothing else
    try {
      diagnostics_->log(fmt::format("{}: {}; such updates are counted in the series labelled {}", title(definition_),
                                    reason, quote(kOverflow)));
    } catch (const std::bad_alloc&) {  // the line is not logged
    }
  }
  return closed_->show_overflow();
}

bool FamilyState::remove(std::size_t index) {
  const Series* const series = closed_->shown_at(index);
  return series && table_.remove(*series);
}

std::size_t FamilyState::remove_matching(const Labels& labels) {
  const auto& names = definition_.label_names;
  std::vector<std::optional<std::string>> escaped_values(names.size());
  bool is_possible = true;  // the loop does not stop at false, so that all names are checked
  for (const auto& [name, value] : labels) {
    const auto& constants = definition_.constant_labels;
    const auto constant = std::ranges::find(constants, name, &Labels::value_type::first);
    if (constant != constants.end()) {
      is_possible = is_possible && constant->second == value;
      continue;
    }
    const auto found = std::ranges::find(names, name);
    if (found == names.end()) {
      throw LabelError(fmt::format("{}: the family has no label {}; allowed: {}", title(definition_), quote(name),
                                   joined(names, ", ")));
    }
    std::string escaped;
    append_label_value(escaped, as_utf8(value));
    auto& one = escaped_values[static_cast<std::size_t>(found - names.begin())];
    is_possible = is_possible && (!one || *one == escaped);  // two different values for one label match no series
    one = std::move(escaped);
  }
  if (!is_possible) return 0;
  return remove_if([&](const Series& series) { return layout_.has_values(series.labels().text(), escaped_values); });
}

}  // namespace narthex::detail
