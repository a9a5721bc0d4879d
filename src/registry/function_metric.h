#pragma once

#include <memory>
#include <string_view>

#include <narthex/collector.h>
#include <narthex/emit.h>

#include "families/definition.h"
#include "model/label_layout.h"

namespace narthex::detail {

// A counter or gauge whose samples a function of the program computes in each scrape.
class FunctionMetric final : public Collector {
 public:
  FunctionMetric(std::shared_ptr<const Definition> definition, EmitFunction function);

  std::string_view name() const override { return definition_->name; }
  void collect(Sink& sink) override;

 private:
  const std::shared_ptr<const Definition> definition_;
  const LabelLayout layout_;
  const EmitFunction function_;
};

}  // namespace narthex::detail
