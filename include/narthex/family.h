#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include <narthex/any_family.h>
#include <narthex/borrowed.h>
#include <narthex/detail/export.h>
#include <narthex/detail/label_value.h>

namespace NARTHEX_VISIBILITY narthex {

/// All series of one metric name, one for each combination of label values that was used.
///
/// Values: a label value is a string, an integer, a bool, or an enum for which argument-dependent lookup finds a
///   `to_string`. The N values are in the order of the label names. Bytes that are not UTF-8 are replaced by U+FFFD.
/// Thread safety: all members may be called concurrently. Lookups of existing series are lock-free.
/// Exceptions: std::bad_alloc, only when a new series is created; and the exceptions of the `to_string` of an enum
///   label.
/// Lifetime: copies refer to the same family. The metrics of a default family do nothing. A family stays valid after
///   Registry::remove() and after its Registry is destroyed.
///
/// Example:
///   narthex::Family<narthex::Counter, 2> requests =
///       registry.counter({.name = "requests_total", .help = "Requests served."}, {"method", "code"});
///   requests.labels("GET", 200).inc();
template <class Metric, std::size_t N>
class NARTHEX_VISIBILITY Family : public AnyFamily {
 public:
  /// Creates a family whose metrics do nothing.
  Family() noexcept = default;

  /// Returns the metric with these label values. Creates it with the value 0 if it does not exist. Store it as a
  /// `Metric` where possible: an update without a lookup is faster. If the family has `max_series` series, new label
  /// values share one series, whose label values are all `__overflow__`.
  template <class... Values>
  Borrowed<Metric> labels(const Values&... values) const {
    return with_texts([this](Views views, const Word* words) { return Borrowed<Metric>(find_or_create(views, words)); },
                      detail::as_label(values)...);
  }

  /// Returns the metric with these label values, or nothing if it does not exist.
  template <class... Values>
  [[nodiscard]] std::optional<Metric> find(const Values&... values) const {
    return with_texts(
        [this](Views views, const Word* words) { return Borrowed<Metric>::kept(AnyFamily::find(views, words)); },
        detail::as_label(values)...);
  }

  /// Removes the metric with these label values. Returns whether it existed. Handles to it stay valid and are not
  /// served any more. The next use of these label values creates a new metric with the value 0.
  template <class... Values>
  bool remove(const Values&... values) const {
    return with_texts([this](Views views, const Word* words) { return AnyFamily::remove(views, words); },
                      detail::as_label(values)...);
  }

  /// Does not compile: the error says how label values are passed.
  template <class Caller = Family>
  Borrowed<Metric> labels(std::initializer_list<detail::Braces> /*values*/) const {
    return detail::refuse_braces<Caller>(), Borrowed<Metric>();
  }
  /// Does not compile: the error says how label values are passed.
  template <class Caller = Family>
  std::optional<Metric> find(std::initializer_list<detail::Braces> /*values*/) const {
    return detail::refuse_braces<Caller>(), std::nullopt;
  }
  /// Does not compile: the error says how label values are passed.
  template <class Caller = Family>
  bool remove(std::initializer_list<detail::Braces> /*values*/) const {
    return detail::refuse_braces<Caller>(), false;
  }

 private:
  friend class Registry;
  using Views = std::span<const std::string_view>;
  using Word = std::uint64_t;
  using AnyFamily::AnyFamily;

  // Calls call(views, words) with label_word() of each text. The texts exist until the call returns.
  template <class Call, class... Texts>
  static auto with_texts(Call call, const Texts&... texts) {
    static_assert(sizeof...(Texts) == N, "one label value is required for each label name of the family");
    const std::array<std::string_view, sizeof...(Texts)> views{std::string_view(texts)...};
    const std::array<Word, sizeof...(Texts)> words{detail::label_word(texts)...};
    return call(views, words.data());
  }
};

}  // namespace narthex
