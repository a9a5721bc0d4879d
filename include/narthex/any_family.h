#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include <narthex/detail/export.h>
#include <narthex/detail/hazard_ptr.h>
#include <narthex/labels.h>

namespace NARTHEX_VISIBILITY narthex {

namespace detail {
class FamilyState;
}

/// A family of any kind of metric and any number of labels. Only a Family, a DynamicFamily, or an EnumFamily creates
/// one.
///
/// Thread safety: all members may be called concurrently.
/// Lifetime: copies refer to the same family. A family stays valid after remove() and after its Registry is destroyed.
class NARTHEX_EXPORT AnyFamily {
 public:
  /// Removes all series that have these label values. Their other label values do not matter. Without labels, removes
  /// all series. Returns how many it removed. See Family::remove(). Throws LabelError for a name that is not a label of
  /// the family.
  std::size_t remove_matching(const Labels& labels) const;

  /// Removes all series that the family has now. Returns how many it removed.
  std::size_t clear() const;

 protected:
  using Values = std::span<const std::string_view>;

  AnyFamily() noexcept = default;
  // Protected, because assigning a family of another kind through this class would confuse the kinds.
  AnyFamily(const AnyFamily&) noexcept = default;
  AnyFamily(AnyFamily&&) noexcept = default;
  AnyFamily& operator=(const AnyFamily&) noexcept = default;
  AnyFamily& operator=(AnyFamily&&) noexcept = default;
  ~AnyFamily() = default;
  explicit AnyFamily(std::shared_ptr<detail::FamilyState> state) noexcept : state_(std::move(state)) {}

  // These take one value for each label name, and detail::label_word() of each, or null. Bytes that are not UTF-8 become
  // U+FFFD and are counted.
  detail::LookupResult find_or_create(Values values, const std::uint64_t* words = nullptr) const;
  detail::LookupResult find(Values values, const std::uint64_t* words = nullptr) const;
  bool remove(Values values, const std::uint64_t* words = nullptr) const;

  // Throws LabelError if the family does not have this number of label names.
  void check_count(std::size_t values) const;

  // For families with closed labels. A series has an index: see ClosedSeries.
  static constexpr std::size_t kNoIndex = static_cast<std::size_t>(-1);  // no series: a key has no value
  // Returns the array of the series that are served. A null element is not served.
  const std::atomic<detail::Series*>* shown_series() const noexcept;
  void copy_label_sizes(std::span<std::size_t> sizes) const noexcept;
  // Serves a series, and returns it; or returns the overflow series. Returns null for a default family.
  [[gnu::cold]] detail::Series* show(std::size_t index) const noexcept;
  bool remove(std::size_t index) const;

 private:
  friend class Registry;

  std::shared_ptr<detail::FamilyState> state_;
};

}  // namespace narthex
