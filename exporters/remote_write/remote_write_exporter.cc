#include <narthex/remote_write_exporter.h>

#include <string>
#include <utility>

#include <narthex/detail/push_totals.h>

#include "push/http_client.h"
#include "push/push_time.h"
#include "push/push_worker.h"
#include "remote_write/remote_write_checks.h"
#include "remote_write/write_target.h"

namespace narthex {

class RemoteWriteExporter::Impl {
 public:
  Impl(const Registry& registry, const RemoteWriteOptions& options, detail::HttpClient client)
      : totals_(detail::push_totals("remote_write", client.shown_url())),
        worker_({.exporter = std::string(detail::kRemoteWriteExporter),
                 .interval = options.interval,
                 .timeout = options.timeout,
                 .shutdown_timeout = options.shutdown_timeout,
                 .diagnostic = options.diagnostic},
                std::make_unique<detail::WriteTarget>(
                    detail::WriteTarget::Options{.registry = registry,
                                                 .labels = detail::series_labels(options),
                                                 .version = options.version,
                                                 .native_histograms = options.native_histograms,
                                                 .mark_stale_at_end = options.mark_stale_at_end,
                                                 .limits = {.samples = options.max_samples_per_request},
                                                 .now = detail::system_push_time},
                    std::move(client)),
                totals_) {}

  bool flush(std::chrono::milliseconds timeout) { return worker_.flush(timeout); }

 private:
  detail::PushTotals& totals_;
  detail::PushWorker worker_;
};

RemoteWriteExporter::RemoteWriteExporter(const Registry& registry, const RemoteWriteOptions& options) {
  detail::check(options);
  const detail::PushLog log(std::string(detail::kRemoteWriteExporter), options.diagnostic);
  detail::HttpClient client(
      {.url = options.url, .headers = detail::request_headers(options, log), .connection = options.connection});
  impl_ = std::make_unique<Impl>(registry, options, std::move(client));
}

RemoteWriteExporter::~RemoteWriteExporter() = default;

bool RemoteWriteExporter::flush(std::chrono::milliseconds timeout) { return impl_->flush(timeout); }

}  // namespace narthex
