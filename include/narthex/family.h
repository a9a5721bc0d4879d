#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include <narthex/any_family.h>
#include <narthex/borrowed.h>
#include <narthex/detail/label_value.h>

namespace narthex {

/// One name with all its metrics, one for every combination of label values that was used.
/// Values: a label value is a string, an integer, exactly a bool, or an enum with a `to_string` that argument-dependent
///   lookup finds; N of them, in the order in which the names were declared. Text that is not UTF-8 is made so with
///   U+FFFD.
/// Threads: any, at once. Copies are the same family; a default one gives metrics that do nothing.
/// Errors: none for any value; std::bad_alloc when a new series finds no memory. Stays usable after its registry is
/// gone.
template <class Metric, std::size_t N>
class Family : public AnyFamily {
 public:
  Family() noexcept = default;

  /// Returns the metric with these label values, starting at zero if it is new: update it at once, or keep it as a
  /// `Metric` where you can, which is the fast way. A family that has all its `max_series` returns, for values that it
  /// does not have, the metric whose values are all `__overflow__`.
  template <detail::LabelArgument... Values>
  requires(sizeof...(Values) == N) Borrowed<Metric> labels(const Values&... values)
  const {
    return with_views([this](Views views) { return Borrowed<Metric>(find_or_create(views)); },
                      detail::as_label(values)...);
  }

  /// Returns the metric with these label values if there is one; makes none.
  template <detail::LabelArgument... Values>
  requires(sizeof...(Values) == N) std::optional<Metric> find(const Values&... values)
  const {
    return with_views([this](Views views) { return Borrowed<Metric>::kept(AnyFamily::find(views)); },
                      detail::as_label(values)...);
  }

  /// Stops serving the metric with these label values; returns whether there was one. Handles to it stay usable and are
  /// never served again; the same values used later start a new metric at zero.
  template <detail::LabelArgument... Values>
  requires(sizeof...(Values) == N) bool remove(const Values&... values) const {
    return with_views([this](Views views) { return AnyFamily::remove(views); }, detail::as_label(values)...);
  }

 private:
  friend class Registry;
  using Views = std::span<const std::string_view>;
  using AnyFamily::AnyFamily;

  // The texts live until the call returns, so the views into them do too.
  template <class Call, class... Texts>
  static auto with_views(Call call, const Texts&... texts) {
    return call(Views(std::array<std::string_view, N>{std::string_view(texts)...}));
  }
};

}  // namespace narthex
