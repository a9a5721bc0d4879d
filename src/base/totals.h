#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include <narthex/detail/export.h>

namespace narthex::detail {

// Counts of the library about itself, for the whole process.
struct Totals {
  std::atomic<std::uint64_t> replaced_bytes{0};  // bytes that are not UTF-8, and NUL in exemplars
  std::atomic<std::uint64_t> refused_exemplars{0};
  std::atomic<std::uint64_t> exemplar_errors{0};   // calls of ExemplarOptions::labels that threw
  std::atomic<std::uint64_t> deferred_objects{0};  // unlinked objects that are not freed yet; it also falls
};

Totals& totals() noexcept;

// Returns the text as UTF-8. Each byte that is not part of a character is replaced by U+FFFD and counted.
std::string as_utf8(std::string_view text);

// Returns the text, in which each NUL byte is replaced by U+FFFD and counted.
std::string without_nul(std::string_view text);

}  // namespace narthex::detail
