#include "remote_write/symbol_table.h"

#include <algorithm>
#include <utility>

#include "remote_write/wire.h"

namespace narthex::detail {

namespace {

constexpr Tag kSymbols = 4;
constexpr std::size_t kFirstSlots = 1024;

}  // namespace

void SymbolTable::clear() {
  if (slots_.empty()) slots_.resize(kFirstSlots);
  std::ranges::fill(slots_, Slot());
  texts_.clear();
  fields_.clear();
  add({});
}

std::uint32_t SymbolTable::position_of(std::string_view text) {
  if (text.empty()) return 0;
  const auto hash = static_cast<std::uint32_t>(hash_of_text(text, seed_));
  const std::size_t mask = slots_.size() - 1;
  std::size_t i = hash & mask;
  for (; slots_[i].position != 0; i = (i + 1) & mask) {
    if (slots_[i].hash == hash && text_at(slots_[i].position) == text) return slots_[i].position;
  }
  slots_[i] = {hash, add(text)};
  const std::uint32_t position = slots_[i].position;
  if (2 * texts_.size() > slots_.size()) grow();
  return position;
}

std::uint32_t SymbolTable::add(std::string_view text) {
  const auto position = static_cast<std::uint32_t>(texts_.size());
  fields_.set_end(put_text(fields_.reserve(kMaxFieldSize + text.size()), kSymbols, text));
  texts_.push_back({fields_.size() - text.size(), text.size()});
  return position;
}

void SymbolTable::grow() {
  const std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(2 * slots_.size()));
  const std::size_t mask = slots_.size() - 1;
  for (const Slot& slot : old) {
    if (slot.position == 0) continue;
    std::size_t i = slot.hash & mask;
    while (slots_[i].position != 0) i = (i + 1) & mask;
    slots_[i] = slot;
  }
}

}  // namespace narthex::detail
