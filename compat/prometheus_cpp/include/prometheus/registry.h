#pragma once

#include <memory>
#include <mutex>  // as in prometheus-cpp: programs rely on it
#include <string>
#include <vector>

#include <narthex/detail/export.h>
#include <prometheus/collectable.h>
#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/info.h>
#include <prometheus/labels.h>
#include <prometheus/metric_family.h>
#include <prometheus/summary.h>

namespace NARTHEX_VISIBILITY prometheus {

/// The families of a program, or of a part of it.
///
/// Thread safety: all members may be called concurrently.
/// Exceptions: a builder throws std::invalid_argument for a definition that is invalid or conflicts with an earlier one.
/// Lifetime: the families end with the registry.
///
/// Example:
///   auto registry = std::make_shared<prometheus::Registry>();
///   auto& jobs = prometheus::BuildCounter().Name("jobs_total").Help("Jobs completed.").Register(*registry);
class NARTHEX_EXPORT Registry : public Collectable {
 public:
  /// What a builder does if the registry has a family of the name. Another type of metric is always an error.
  enum class InsertBehavior {
    Merge,  ///< Returns the family if the constant labels are equal; otherwise throws std::invalid_argument.
    Throw,  ///< Throws std::invalid_argument.
  };

  /// Creates an empty registry.
  explicit Registry(InsertBehavior insert_behavior = InsertBehavior::Merge);
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;
  Registry(Registry&&) = delete;
  Registry& operator=(Registry&&) = delete;
  ~Registry() override;

  /// Returns copies of all families that have metrics: counters, gauges, histograms, infos, summaries.
  std::vector<MetricFamily> Collect() const override;

  /// Removes a family and its metrics. References to them are invalid then. Returns whether the registry had it.
  template <typename T>
  NARTHEX_EXPORT bool Remove(const Family<T>& family);

 private:
  template <typename T>
  friend class detail::Builder;
  class Families;

  template <typename T>
  Family<T>& Add(const std::string& name, const std::string& help, const Labels& labels);
  void CollectIntoNarthex(narthex::Sink& sink) const override;

  const InsertBehavior insert_behavior_;
  const std::unique_ptr<Families> families_;
  const void* const vtable_;  // see IsExactly()
};

}  // namespace prometheus
