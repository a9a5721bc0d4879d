#include <narthex/otlp_exporter.h>

#include <cstdlib>
#include <utility>

#include <narthex/detail/push_totals.h>

#include "otlp/otlp_settings.h"
#include "otlp/otlp_target.h"
#include "push/push_log.h"
#include "push/push_time.h"
#include "push/push_worker.h"

namespace narthex {

namespace {

using std::chrono::milliseconds;

const char* lookup(const char* name) {
  return std::getenv(name);  // NOLINT(concurrency-mt-unsafe): as everywhere, no thread may change the environment
}

}  // namespace

class OtlpExporter::Impl {
 public:
  Impl(const Registry& registry, const OtlpOptions& options) {
    const detail::PushLog log(detail::otlp::kExporterName, options.diagnostic);
    const detail::otlp::Settings settings =
        detail::otlp::make_settings(options, lookup, [&](std::string_view line) { log.log(line); });
    if (settings.is_disabled) return;
    auto target = std::make_unique<detail::otlp::Target>(registry, settings, log, detail::system_push_time);
    detail::PushTotals& totals = detail::push_totals("otlp", target->shown_url());
    worker_ =
        std::make_unique<detail::PushWorker>(detail::PushWorker::Options{.exporter = detail::otlp::kExporterName,
                                                                         .interval = settings.interval,
                                                                         .timeout = settings.timeout,
                                                                         .shutdown_timeout = settings.shutdown_timeout,
                                                                         .diagnostic = options.diagnostic},
                                             std::move(target), totals);
  }

  bool flush(milliseconds timeout) { return !worker_ || worker_->flush(timeout); }

 private:
  std::unique_ptr<detail::PushWorker> worker_;  // null if the environment turns the exporter off
};

OtlpExporter::OtlpExporter(const Registry& registry, const OtlpOptions& options)
    : impl_(std::make_unique<Impl>(registry, options)) {}

OtlpExporter::~OtlpExporter() = default;

bool OtlpExporter::flush(milliseconds timeout) { return impl_->flush(timeout); }

}  // namespace narthex
