#include <narthex/detail/series.h>

#include <cstring>

#include <narthex/detail/kind.h>

namespace narthex::detail {

// Defined here, so that all shared libraries use one vtable.
Series::~Series() = default;
Kind::~Kind() = default;

void Series::set_labels(char* memory, std::string_view labels) noexcept {
  labels_offset_ = static_cast<std::uint16_t>(memory - reinterpret_cast<const char*>(this));
  labels_size_ = static_cast<std::uint32_t>(labels.size());
  std::memcpy(memory, labels.data(), labels.size());
}

}  // namespace narthex::detail
