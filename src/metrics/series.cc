#include <narthex/detail/series.h>

#include <algorithm>

#include <narthex/detail/kind.h>

#include "base/rejected_updates.h"

namespace narthex::detail {

static_assert(sizeof(void*) != 8 || sizeof(Series) == 32, "a larger Series makes every series of a program larger");

// Defined here, so that all shared libraries use one vtable.
Series::~Series() { rejected_updates().release(rejected_updates_id_); }
Kind::~Kind() = default;

void Series::set_labels(char* memory, std::string_view labels) noexcept {
  const auto offset = static_cast<std::size_t>(memory - reinterpret_cast<const char*>(this));
  labels_offset_ = static_cast<std::uint8_t>(offset / kLabelsUnit);
  labels_size_ = static_cast<std::uint32_t>(labels.size());
  std::ranges::copy(labels, memory);  // there may be none
}

void Series::set_rejected_updates_id(std::uint16_t id) noexcept {
  static_assert(RejectedUpdates::kMaxNames <= 0xfff);
  rejected_updates().retain(id);
  rejected_updates_id_ = id & 0xfff;
}

void Series::count_rejected_update() const noexcept { rejected_updates().count(rejected_updates_id_); }

}  // namespace narthex::detail
