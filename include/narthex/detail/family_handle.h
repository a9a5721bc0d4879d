#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include <narthex/detail/export.h>
#include <narthex/detail/hazard_ptr.h>
#include <narthex/labels.h>

namespace narthex {
class Registry;
}

namespace narthex::detail {

class FamilyState;

/// What one can do with a family of any kind of metric and any number of labels.
class NARTHEX_EXPORT FamilyHandle {
 public:
  /// Stops serving the metrics that have all of these label values, whatever their other ones are; returns how many
  /// there were; none given: all. See Family::remove(). Throws RegistrationError for a name that is none of the family's.
  std::size_t remove_matching(const Labels& labels) const;

  /// Stops serving all metrics that the family has now; returns how many there were.
  std::size_t clear() const;

 protected:
  using Values = std::span<const std::string_view>;

  FamilyHandle() noexcept = default;
  explicit FamilyHandle(std::shared_ptr<FamilyState> state) noexcept : state_(std::move(state)) {}

  // As many values as the family has label names. Bytes that are not UTF-8 become U+FFFD and are counted.
  LookupResult find_or_make(Values values) const;
  LookupResult find(Values values) const;
  bool remove(Values values) const;

  // Throws RegistrationError if the family does not have so many label names.
  void check_count(std::size_t values) const;

 private:
  friend class narthex::Registry;

  std::shared_ptr<FamilyState> state_;
};

}  // namespace narthex::detail
