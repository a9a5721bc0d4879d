#pragma once

#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <narthex/any_family.h>
#include <narthex/borrowed.h>

namespace narthex {

/// A family whose label names are known only at run time: those of a configuration, say. Else like a Family.
/// Values: as many label values as names were given, in their order.
/// Threads: any, at once. Copies are the same family; a default one gives metrics that do nothing.
/// Errors: LabelError when there are more values or fewer; std::bad_alloc. Stays usable after its registry is
/// gone.
template <class Metric>
class DynamicFamily : public AnyFamily {
 public:
  using Values = std::span<const std::string_view>;

  DynamicFamily() noexcept = default;

  /// Returns the metric with these label values, as Family::labels() does.
  Borrowed<Metric> labels(Values values) const {
    check_count(values.size());
    return Borrowed<Metric>(find_or_create(values));
  }
  Borrowed<Metric> labels(const std::vector<std::string>& values) const { return labels(views_of(values)); }
  Borrowed<Metric> labels(std::initializer_list<std::string_view> values) const { return labels(Values(values)); }

  /// Returns the metric with these label values if there is one; makes none.
  std::optional<Metric> find(Values values) const {
    check_count(values.size());
    return Borrowed<Metric>::kept(AnyFamily::find(values));
  }
  std::optional<Metric> find(const std::vector<std::string>& values) const { return find(views_of(values)); }
  std::optional<Metric> find(std::initializer_list<std::string_view> values) const { return find(Values(values)); }

  /// Stops serving the metric with these label values, as Family::remove() does; returns whether there was one.
  bool remove(Values values) const {
    check_count(values.size());
    return AnyFamily::remove(values);
  }
  bool remove(const std::vector<std::string>& values) const { return remove(views_of(values)); }
  bool remove(std::initializer_list<std::string_view> values) const { return remove(Values(values)); }

 private:
  friend class Registry;
  using AnyFamily::AnyFamily;

  static std::vector<std::string_view> views_of(const std::vector<std::string>& values) {
    return {values.begin(), values.end()};
  }
};

}  // namespace narthex
