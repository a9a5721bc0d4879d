#include <prometheus/registry.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include <fmt/format.h>
#include <narthex/detail/quote.h>

#include "prometheus_cpp/mutex.h"
#include "prometheus_cpp/samples.h"

namespace prometheus {

namespace {

[[noreturn]] void refuse(const std::string& name, std::string_view why) {
  throw std::invalid_argument(fmt::format("metric {}: {}", narthex::detail::quote(name), why));
}

}  // namespace

// Families are shared with the scrapes that read them, so that a scrape does not hold the mutex.
class Registry::Families {
 public:
  template <typename T>
  using Of = std::vector<std::shared_ptr<Family<T>>>;

  template <typename T>
  Family<T>& add(const std::string& name, const std::string& help, const Labels& labels, InsertBehavior behavior) {
    const std::lock_guard lock(mutex_);
    auto& families = std::get<Of<T>>(all_);
    if (const auto found = find(families, name); found != families.end()) {
      if (behavior == InsertBehavior::Throw) refuse(name, "the registry has a family of this name already");
      if ((*found)->GetConstantLabels() == labels) return **found;
      refuse(name, "the registry has a family of this name with other constant labels");
    }
    if (has(name)) refuse(name, "the registry has a family of this name and another type");
    return *families.emplace_back(std::make_shared<Family<T>>(name, help, labels));
  }

  template <typename T>
  bool remove(const Family<T>& family) {
    std::shared_ptr<Family<T>> removed;  // destroyed without the mutex
    const std::lock_guard lock(mutex_);
    auto& families = std::get<Of<T>>(all_);
    const auto found = std::ranges::find(families, &family, &std::shared_ptr<Family<T>>::get);
    if (found == families.end()) return false;
    removed = std::move(*found);
    families.erase(found);
    return true;
  }

  // Calls a function with each family.
  template <class Visit>
  void for_each(Visit visit) const {
    const All all = [this] {
      const std::lock_guard lock(mutex_);
      return all_;
    }();
    std::apply([&](const auto&... families) { (std::ranges::for_each(families, visit), ...); }, all);
  }

 private:
  // In the order of Registry::Collect().
  using All = std::tuple<Of<Counter>, Of<Gauge>, Of<Histogram>, Of<Info>, Of<Summary>>;

  template <typename Families>
  static auto find(Families& families, const std::string& name) {
    return std::ranges::find_if(families, [&](const auto& family) { return family->GetName() == name; });
  }
  bool has(const std::string& name) const {
    return std::apply([&](const auto&... families) { return ((find(families, name) != families.end()) || ...); }, all_);
  }

  mutable detail::Mutex mutex_;
  All all_;
};

Registry::Registry(InsertBehavior insert_behavior)
    : insert_behavior_(insert_behavior), families_(std::make_unique<Families>()), vtable_(VirtualTable()) {}

Registry::~Registry() = default;

std::vector<MetricFamily> Registry::Collect() const {
  std::vector<MetricFamily> all;
  families_->for_each([&](const auto& family) {
    std::vector<MetricFamily> collected = family->Collect();
    std::ranges::move(collected, std::back_inserter(all));
  });
  return all;
}

// In OpenMetrics, a counter `jobs_total` has the name of a gauge `jobs`. It is served as a number of unknown type then,
// so that no family is left out.
void Registry::CollectIntoNarthex(narthex::Sink& sink) const {
  constexpr std::string_view kTotal = "_total";
  if (!IsExactly(vtable_)) return Collectable::CollectIntoNarthex(sink);  // a derived class may override Collect()
  std::set<std::string, std::less<>> names;
  families_->for_each([&](const auto& family) { names.insert(family->GetName()); });
  families_->for_each([&](const auto& family) {
    using Metric = typename std::remove_cvref_t<decltype(*family)>::Metric;
    std::string_view name = family->GetName();
    MetricType type = Metric::metric_type;
    if (type == MetricType::Counter && name.ends_with(kTotal)) {
      name.remove_suffix(kTotal.size());
      if (names.contains(name)) type = MetricType::Untyped;
    }
    detail::guard_family(family->GetName(), [&] { family->CollectAs(type, sink); });
  });
}

template <typename T>
Family<T>& Registry::Add(const std::string& name, const std::string& help, const Labels& labels) {
  return families_->add<T>(name, help, labels, insert_behavior_);
}

template <typename T>
bool Registry::Remove(const Family<T>& family) {
  return families_->remove(family);
}

template bool Registry::Remove(const Family<Counter>& family);
template bool Registry::Remove(const Family<Gauge>& family);
template bool Registry::Remove(const Family<Histogram>& family);
template bool Registry::Remove(const Family<Info>& family);
template bool Registry::Remove(const Family<Summary>& family);

template <typename T>
Family<T>& detail::Builder<T>::Register(Registry& registry) {
  return registry.Add<T>(name_, help_, labels_);
}

template class detail::Builder<Counter>;
template class detail::Builder<Gauge>;
template class detail::Builder<Histogram>;
template class detail::Builder<Info>;
template class detail::Builder<Summary>;

detail::Builder<Counter> BuildCounter() { return {}; }
detail::Builder<Gauge> BuildGauge() { return {}; }
detail::Builder<Histogram> BuildHistogram() { return {}; }
detail::Builder<Info> BuildInfo() { return {}; }
detail::Builder<Summary> BuildSummary() { return {}; }

}  // namespace prometheus
