#pragma once

#include <string>

#include <narthex/detail/export.h>
#include <prometheus/labels.h>

namespace NARTHEX_VISIBILITY prometheus {

template <typename T>
class Family;
class Registry;

namespace detail {

struct NewSeries;
template <typename T>
class MetricTable;

/// Collects the properties of a family, and defines it. BuildCounter() and the similar functions return one.
template <typename T>
class Builder {
 public:
  /// Sets the constant labels.
  Builder& Labels(const prometheus::Labels& labels) {
    labels_ = labels;
    return *this;
  }
  /// Sets the name.
  Builder& Name(const std::string& name) {
    name_ = name;
    return *this;
  }
  /// Sets the help text.
  Builder& Help(const std::string& help) {
    help_ = help;
    return *this;
  }
  /// Defines the family in a registry, or returns the one that the registry has: see Registry::InsertBehavior.
  /// Throws std::invalid_argument for an invalid or conflicting definition.
  NARTHEX_EXPORT Family<T>& Register(Registry& registry);

 private:
  prometheus::Labels labels_;
  std::string name_;
  std::string help_;
};

}  // namespace detail
}  // namespace prometheus
