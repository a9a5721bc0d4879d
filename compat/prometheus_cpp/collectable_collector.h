#pragma once

#include <memory>
#include <string_view>

#include <narthex/collector.h>
#include <prometheus/collectable.h>

namespace prometheus::detail {

// Collects a collectable. Writes nothing after the collectable is destroyed.
class CollectableCollector final : public narthex::Collector {
 public:
  explicit CollectableCollector(std::weak_ptr<const Collectable> collectable) : collectable_(std::move(collectable)) {}

  std::string_view name() const override { return "prometheus_cpp"; }
  void collect(narthex::Sink& sink) override {
    if (const auto collectable = collectable_.lock()) collectable->CollectIntoNarthex(sink);
  }

 private:
  const std::weak_ptr<const Collectable> collectable_;
};

}  // namespace prometheus::detail
