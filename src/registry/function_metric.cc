#include "registry/function_metric.h"

#include <string>
#include <utility>

#include <narthex/sink.h>

#include "model/checked_labels.h"
#include "model/label_values.h"

namespace narthex::detail {

FunctionMetric::FunctionMetric(std::shared_ptr<const Definition> definition, EmitFunction function)
    : definition_(std::move(definition)),
      layout_(definition_->constant_labels, definition_->label_names),
      function_(std::move(function)) {}

void FunctionMetric::collect(Sink& sink) {
  const MetricType type = definition_->kind->type();
  sink.begin_family({definition_->name, definition_->help, definition_->unit, type});
  std::string text;
  function_([&](double value, LabelValues values) {
    text.clear();
    const EscapedValues escaped(values);
    escaped.count_replaced();
    layout_.render(escaped, text);
    const LabelView labels = CheckedLabels::view(text);
    if (type == MetricType::counter) {
      sink.counter(labels, value);
    } else {
      sink.gauge(labels, value);
    }
  });
}

}  // namespace narthex::detail
