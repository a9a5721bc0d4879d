#pragma once

#include <atomic>
#include <cstddef>
#include <span>
#include <string>

#include <narthex/registry.h>

#include "exposition/negotiation.h"

namespace narthex::detail {

// Estimates the size of a body: slightly more than the last body of this registry and format. A new string that is
// reserved once is not copied while it grows. There is no estimate for several registries, which are rarely scraped
// together, nor for a scope or a selection of families.
class BodySize {
 public:
  BodySize(std::span<const Registry> registries, Format format, bool is_whole) noexcept;

  // Returns the expected size, or 0 if there is no estimate.
  std::size_t expected() const noexcept;
  // Stores the size of a body that was written.
  void set(const std::string& body) noexcept;

 private:
  std::atomic<std::size_t>* const last_;  // null: no estimate
};

}  // namespace narthex::detail
