#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include <narthex/detail/export.h>

namespace narthex::detail {

// What the library counts about itself, for the whole process.
struct Totals {
  std::atomic<std::uint64_t> rejected_updates{0};  // negative or NaN amounts
  std::atomic<std::uint64_t> replaced_bytes{0};    // label value bytes that were not UTF-8
};

NARTHEX_EXPORT Totals& totals() noexcept;

// Returns a label value that is not UTF-8 with U+FFFD for every byte that is part of no character, and counts those.
std::string clean_label_value(std::string_view value);

}  // namespace narthex::detail
