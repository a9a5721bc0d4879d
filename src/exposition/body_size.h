#pragma once

#include <atomic>
#include <cstddef>
#include <span>
#include <string>

#include <narthex/registry.h>

#include "exposition/negotiation.h"

namespace narthex::detail {

// How much text of a format a registry is expected to give: somewhat more than the last time, so that a fresh string
// takes it without growing, which would copy all of it again and again. Several at once are scraped too seldom to guess,
// and a part of the families says nothing about the whole.
class BodySize {
 public:
  BodySize(std::span<const Registry> registries, Format format, bool is_whole) noexcept;

  // Makes room in a text before it is written.
  void reserve(std::string& text) const;
  // Notes how long it became.
  void set(const std::string& text) noexcept;

 private:
  std::atomic<std::size_t>* const last_;  // null: nothing is expected
};

}  // namespace narthex::detail
