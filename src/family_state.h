#pragma once

#include <utility>

#include "definition.h"
#include "label_order.h"
#include "series_table.h"

namespace narthex::detail {

// One family: what was defined, and its series. Shared by the registry and by every Family handle.
class FamilyState {
 public:
  explicit FamilyState(Definition definition)
      : definition_(std::move(definition)), order_(definition_.constant_labels, definition_.label_names) {}

  const Definition& definition() const noexcept { return definition_; }
  std::vector<Ref<Series>> series() const { return table_.all(); }

  // The values are UTF-8, as many as there are label names.
  Ref<Series> find_or_make(std::span<const std::string_view> values) {
    return table_.find_or_make(values, *definition_.kind, order_);
  }
  bool remove(std::span<const std::string_view> values) { return table_.remove(values); }

 private:
  const Definition definition_;
  const LabelOrder order_;
  SeriesTable table_;
};

}  // namespace narthex::detail
