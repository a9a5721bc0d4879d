#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <narthex/detail/export.h>
#include <narthex/detail/series.h>

namespace NARTHEX_VISIBILITY narthex {
namespace detail {

// The states that are on: one bit for each state, in one word.
//
//   names   starting  running  stopped
//   on_        0         1        0         bits 0, 1, 2
//
// Invariant: the word is written and read as a whole, so that a reader never sees one state on while the others are not
// off yet.
class NARTHEX_EXPORT StateSetSeries final : public Series {
 public:
  using Names = std::shared_ptr<const std::vector<std::string>>;

  static constexpr std::size_t kMaxStates = 64;  // the bits of the word

  // 1 to kMaxStates different names.
  explicit StateSetSeries(Names names) noexcept : names_(std::move(names)) {}

  // Turns one state on, and all others off.
  void set(std::string_view state) noexcept;
  // Turns one state on or off, and leaves the others.
  void set(std::string_view state, bool on) noexcept;
  bool is_on(std::string_view state) const noexcept;
  void collect(Sink& sink) const override;

 private:
  using Bits = std::uint64_t;

  // Returns the bit of a state, or 0 if the set does not have it.
  Bits bit_of(std::string_view state) const noexcept;
  // The same for an update, which is counted as rejected if there is no such state.
  Bits bit_to_update(std::string_view state) noexcept;

  const Names names_;
  std::atomic<Bits> on_{0};
};

}  // namespace detail
}  // namespace narthex
