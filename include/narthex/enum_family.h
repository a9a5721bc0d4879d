#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>

#include <narthex/any_family.h>
#include <narthex/closed_label.h>
#include <narthex/detail/export.h>
#include <narthex/detail/series.h>
#include <narthex/metric_ref.h>

namespace NARTHEX_VISIBILITY narthex {

/// A family whose label values are all known when it is defined. It keeps its series in an array, so that at() is an
/// array index: it computes no hash, takes no lock, and allocates nothing.
///
/// Values: one key for each label: an enumerator for enum_label(), an index for text_label(). A series is created and
///   served from its first use on. A key that has no value is counted in the overflow series, whose label values are
///   all `__overflow__`. The option `idle_timeout` has no effect: the series do not expire.
/// Thread safety: all members may be called concurrently. at() takes a lock and allocates only at the first use of a
///   series, and at its first use after remove().
/// Exceptions: at() throws none. Without memory, it returns the overflow series. remove() can throw std::bad_alloc.
/// Lifetime: copies refer to the same family. The metrics of a default family do nothing. A family stays valid after
///   Registry::remove() and after its Registry is destroyed. What at() returns is valid as long as an EnumFamily of the
///   family exists.
///
/// Example:
///   enum class Method { get, put };
///   std::string_view to_string(Method method) { return method == Method::get ? "GET" : "PUT"; }
///   narthex::EnumFamily<narthex::Counter, Method> requests = registry.counter(
///       {.name = "requests_total", .help = "Requests served."}, narthex::enum_label<Method, 2>("method"));
///   requests.at(Method::get).inc();
template <class Metric, class... Keys>
class NARTHEX_VISIBILITY EnumFamily : public AnyFamily {
 public:
  /// Creates a family whose metrics do nothing.
  EnumFamily() noexcept = default;
  EnumFamily(const EnumFamily&) noexcept = default;  // moving copies, so that the array is that of the state
  EnumFamily& operator=(const EnumFamily&) noexcept = default;
  ~EnumFamily() = default;

  /// Returns the metric with these keys. Creates it with the value 0 if it does not exist, and serves it again if it
  /// was removed. If the family and its siblings have `max_series` series, further ones are counted in the overflow
  /// series.
  MetricRef<Metric> at(Keys... keys) const& noexcept { return MetricRef<Metric>(find_or_create(keys...)); }
  /// Returns a handle, because a temporary family ends before the result could be used.
  Metric at(Keys... keys) const&& noexcept { return MetricRef<Metric>(find_or_create(keys...)); }

  /// Stops serving the metric with these keys. Returns whether it was served. The next at() with these keys serves the
  /// same metric again, with its value. Updates in between, through handles and results of at(), are included then.
  bool remove(Keys... keys) const {
    std::size_t index = 0;
    return find_index(index, keys...) && AnyFamily::remove(index);
  }

 private:
  friend class Registry;
  static_assert(sizeof...(Keys) > 0, "a family without labels is a metric");

  explicit EnumFamily(std::shared_ptr<detail::FamilyState> state) noexcept
      : AnyFamily(std::move(state)), shown_(shown_series()) {
    copy_label_sizes(sizes_);
  }

  // Sets the index of a series; the last key varies fastest. Returns false if a key has no value.
  bool find_index(std::size_t& index, Keys... keys) const noexcept {
    const std::size_t* size = sizes_.data();
    const auto add = [&](std::size_t key) {
      if (key >= *size) return false;
      index = index * *size++ + key;
      return true;
    };
    return (add(static_cast<std::size_t>(keys)) && ...);
  }

  detail::Series* find_or_create(Keys... keys) const noexcept {
    std::size_t index = 0;
    if (!find_index(index, keys...)) return show(kNoIndex);
    // acquire: the series is fully constructed
    detail::Series* const series = shown_[index].load(std::memory_order_acquire);
    return series ? series : show(index);
  }

  const std::atomic<detail::Series*>* shown_ = nullptr;  // valid as long as the state; see ClosedSeries
  std::array<std::size_t, sizeof...(Keys)> sizes_{};     // the number of values of each label
};

}  // namespace narthex
