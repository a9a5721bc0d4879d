#pragma once

#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <narthex/any_family.h>
#include <narthex/borrowed.h>
#include <narthex/detail/export.h>
#include <narthex/detail/label_value.h>

namespace NARTHEX_VISIBILITY narthex {

/// A family whose label names are known only at run time, for example from a configuration file. In all other respects
/// it is like a Family.
///
/// Values: one label value for each label name, in the order of the names.
/// Thread safety: all members may be called concurrently.
/// Exceptions: LabelError if the number of values is not the number of label names; std::bad_alloc when a new series is
///   created.
/// Lifetime: the same as for a Family.
///
/// Example:
///   const std::vector<std::string> names = config.label_names();
///   narthex::DynamicFamily<narthex::Gauge> level = registry.gauge({.name = "level", .help = "Level."}, names);
///   level.labels({"north", "2"}).set(7);
template <class Metric>
class NARTHEX_VISIBILITY DynamicFamily : public AnyFamily {
 public:
  /// Label values in the order of the label names.
  using Values = std::span<const std::string_view>;

  /// Creates a family whose metrics do nothing.
  DynamicFamily() noexcept = default;

  /// Returns the metric with these label values, as Family::labels() does.
  Borrowed<Metric> labels(Values values) const {
    check_count(values.size());
    return Borrowed<Metric>(find_or_create(values));
  }
  /// Returns the metric with these label values, as Family::labels() does.
  Borrowed<Metric> labels(const std::vector<std::string>& values) const { return labels(views_of(values)); }
  /// Returns the metric with these label values, as Family::labels() does.
  Borrowed<Metric> labels(std::initializer_list<std::string_view> values) const { return labels(Values(values)); }

  /// Returns the metric with these label values, or nothing if it does not exist.
  [[nodiscard]] std::optional<Metric> find(Values values) const {
    check_count(values.size());
    return Borrowed<Metric>::kept(AnyFamily::find(values));
  }
  /// Returns the metric with these label values, or nothing if it does not exist.
  [[nodiscard]] std::optional<Metric> find(const std::vector<std::string>& values) const {
    return find(views_of(values));
  }
  /// Returns the metric with these label values, or nothing if it does not exist.
  [[nodiscard]] std::optional<Metric> find(std::initializer_list<std::string_view> values) const {
    return find(Values(values));
  }

  /// Removes the metric with these label values, as Family::remove() does. Returns whether it existed.
  bool remove(Values values) const {
    check_count(values.size());
    return AnyFamily::remove(values);
  }
  /// Removes the metric with these label values, as Family::remove() does. Returns whether it existed.
  bool remove(const std::vector<std::string>& values) const { return remove(views_of(values)); }
  /// Removes the metric with these label values, as Family::remove() does. Returns whether it existed.
  bool remove(std::initializer_list<std::string_view> values) const { return remove(Values(values)); }

  /// Does not compile: the error says how label values are passed.
  template <class Caller = DynamicFamily>
  Borrowed<Metric> labels(detail::NamedValues /*values*/) const {
    return detail::refuse_names<Caller>(), Borrowed<Metric>();
  }
  /// Does not compile: the error says how label values are passed.
  template <class Caller = DynamicFamily>
  std::optional<Metric> find(detail::NamedValues /*values*/) const {
    return detail::refuse_names<Caller>(), std::nullopt;
  }
  /// Does not compile: the error says how label values are passed.
  template <class Caller = DynamicFamily>
  bool remove(detail::NamedValues /*values*/) const {
    return detail::refuse_names<Caller>(), false;
  }

 private:
  friend class Registry;
  using AnyFamily::AnyFamily;

  static std::vector<std::string_view> views_of(const std::vector<std::string>& values) {
    return {values.begin(), values.end()};
  }
};

}  // namespace narthex
