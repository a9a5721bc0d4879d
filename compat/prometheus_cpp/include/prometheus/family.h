#pragma once

#include <functional>
#include <memory>
#include <mutex>  // as in prometheus-cpp: programs rely on it
#include <new>
#include <string>
#include <unordered_map>  // as in prometheus-cpp: programs rely on it
#include <utility>
#include <vector>

#include <narthex/detail/export.h>
#include <prometheus/client_metric.h>
#include <prometheus/collectable.h>
#include <prometheus/detail/new_series.h>
#include <prometheus/labels.h>
#include <prometheus/metric_family.h>

namespace NARTHEX_VISIBILITY prometheus {

namespace detail {
template <typename T>
class MetricTable;
}

/// The time series of one name. T is Counter, Gauge, Histogram, Summary, or Info.
///
/// Values: each series may have other label names. Label values are UTF-8; other bytes become U+FFFD. The number of
///   series is not limited.
/// Thread safety: all members may be called concurrently. Add() and Has() of an existing series take no lock. All other
///   calls lock the mutex of the family. A scrape locks it to copy a pointer to each series.
/// Exceptions: std::invalid_argument for an invalid name. std::bad_alloc.
/// Lifetime: a reference that Add() returned is invalid after Remove(), and after the end of the family. The memory of a
///   removed metric is used again when 64 further metrics were removed, and is freed with the family.
///
/// Example:
///   auto& requests = prometheus::BuildCounter().Name("requests_total").Help("Requests served.").Register(*registry);
///   requests.Add({{"method", "get"}}).Increment();
template <typename T>
class NARTHEX_EXPORT Family : public Collectable {
 public:
  /// Creates a family that belongs to no registry. Throws std::invalid_argument for an invalid name, which it quotes.
  Family(std::string name, std::string help, Labels constant_labels);
  Family(const Family&) = delete;
  Family& operator=(const Family&) = delete;
  ~Family() override;

  /// Returns the metric with these labels, and creates it if it does not exist: `T(args...)`. If it exists, the
  /// arguments have no effect. Throws std::invalid_argument for a label name that is invalid or is a constant label.
  template <typename... Args>
  T& Add(const Labels& labels, Args&&... args) {
    if (T* metric = Find(labels)) return *metric;
    return Create(labels, [&](void* memory, const detail::NewSeries& series) {
      return ::new (memory) T(series, std::forward<Args>(args)...);
    });
  }

  /// Removes a metric. Does nothing if this family does not have it, also if the pointer is null or invalid.
  void Remove(T* metric);

  /// Returns whether there is a metric with these labels.
  bool Has(const Labels& labels) const;

  /// Returns the name.
  const std::string& GetName() const;
  /// Returns the constant labels.
  const Labels GetConstantLabels() const;

  /// Returns copies of all metrics: one family, or none if there is no metric.
  std::vector<MetricFamily> Collect() const override;

 private:
  friend class Registry;
  using Metric = T;
  using Construct = std::function<T*(void* memory, const detail::NewSeries& series)>;

  T* Find(const Labels& labels) const;
  T& Create(const Labels& labels, const Construct& construct);
  void CollectIntoNarthex(narthex::Sink& sink) const override;
  // Writes the family as this type: its own, or Untyped.
  void CollectAs(MetricType type, narthex::Sink& sink) const;

  const std::string name_;
  const std::string help_;
  const Labels constant_labels_;
  const std::unique_ptr<detail::MetricTable<T>> metrics_;
  const void* vtable_ = nullptr;  // see IsExactly()
};

}  // namespace prometheus
