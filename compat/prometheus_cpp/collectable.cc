#include <prometheus/collectable.h>

#include <cstring>
#include <utility>

#include <narthex/prometheus_cpp.h>
#include <narthex/sink.h>
#include <prometheus/metric_family.h>

#include "prometheus_cpp/collectable_collector.h"
#include "prometheus_cpp/samples.h"

namespace prometheus {

namespace {

// A registry of narthex as a collectable.
class NarthexCollectable final : public Collectable {
 public:
  explicit NarthexCollectable(const narthex::Registry& registry) : registry_(registry) {}

  std::vector<MetricFamily> Collect() const override {
    detail::FamilyReader reader;
    registry_.collect(reader);
    return reader.take();
  }

 private:
  void CollectIntoNarthex(narthex::Sink& sink) const override { registry_.collect(sink); }

  const narthex::Registry registry_;
};

}  // namespace

Collectable::~Collectable() = default;

void Collectable::CollectIntoNarthex(narthex::Sink& sink) const { detail::write(Collect(), sink); }

// The Itanium C++ ABI, which all compilers on Linux have, puts the pointer to the table first.
const void* Collectable::VirtualTable() const noexcept {
  const void* table = nullptr;
  std::memcpy(&table, static_cast<const void*>(this), sizeof table);
  return table;
}

}  // namespace prometheus

namespace narthex {

std::shared_ptr<Collector> prometheus_collector(std::weak_ptr<const prometheus::Collectable> collectable) {
  return std::make_shared<prometheus::detail::CollectableCollector>(std::move(collectable));
}

std::shared_ptr<prometheus::Collectable> prometheus_collectable(const Registry& registry) {
  return std::make_shared<prometheus::NarthexCollectable>(registry);
}

}  // namespace narthex
