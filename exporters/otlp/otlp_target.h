#pragma once

#include <array>
#include <functional>
#include <string>

#include <narthex/registry.h>

#include "otlp/otlp_encoder.h"
#include "otlp/otlp_settings.h"
#include "push/http_client.h"
#include "push/push_log.h"
#include "push/push_time.h"
#include "push/push_worker.h"
#include "push/sent_series.h"

namespace narthex::detail::otlp {

// Sends a registry to a receiver of OTLP.
class Target final : public PushTarget {
 public:
  using Clock = std::function<PushTime()>;

  Target(const Registry& registry, const Settings& settings, PushLog log, Clock clock);

  PushResult push(const PushDeadline& deadline, bool is_last) override;

  // The URL as a message may show it.
  const std::string& shown_url() const noexcept { return client_.shown_url(); }

 private:
  // How the receiver has replied to a request, in rising order of severity.
  enum class Reply {
    final,   // it has got the request, or refuses it also if it is repeated
    broken,  // it has an error, and the request was not sent again
    none,    // there was no reply in time, or it was busy
  };

  // Sends the requests of the encoder, until one gets no reply. Returns the worst reply.
  Reply deliver_all(const PushDeadline& deadline, PushResult& result);
  Reply deliver_one(const OtlpRequest& request, const PushDeadline& deadline, PushResult& result);
  void take_partial_success(const OtlpRequest& request, const HttpReply& reply, PushResult& result);
  // Sends the last data points of all series.
  void mark_all_stale(const PushDeadline& deadline, PushResult& result);
  // Logs the first warning of a push, unless it is the last one that was logged.
  void log_warning();
  // Counts the samples that were not sent. Logs each reason once.
  void count_dropped(PushResult& result);

  const Registry registry_;
  const bool is_compressed_;
  const bool marks_stale_at_end_;
  HttpClient client_;
  const PushLog log_;
  const Clock clock_;
  RisingTime time_;
  OtlpEncoder encoder_;
  SentSeries series_;
  std::string warning_{};         // of the receiver, the first one of this push
  std::string logged_warning_{};  // the last one
  std::array<bool, kNumberOfDrops> is_drop_logged_{};
};

}  // namespace narthex::detail::otlp
