#pragma once

#include <utility>

#include <narthex/sink.h>

#include "definition.h"
#include "label_order.h"
#include "series_table.h"

namespace narthex::detail {

// One family: what was defined, and its series. Shared by the registry and by every Family handle.
class FamilyState {
 public:
  explicit FamilyState(Definition definition)
      : definition_(std::move(definition)),
        order_(definition_.constant_labels, definition_.label_names),
        table_(order_) {}

  const Definition& definition() const noexcept { return definition_; }

  // As many values as there are label names.
  Found find_or_make(LabelValues values) { return table_.find_or_make(values, *definition_.kind); }
  bool remove(LabelValues values) { return table_.remove(values); }

  void collect(Sink& sink) {
    table_.for_each([&sink](const Series& series) { series.collect(sink); });
  }

 private:
  const Definition definition_;
  const LabelOrder order_;
  SeriesTable table_;
};

}  // namespace narthex::detail
