#include "remote_write/write_target.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "push/delivery.h"
#include "remote_write/series_sink.h"
#include "remote_write/stale_markers.h"
#include "remote_write/write_request_v1.h"
#include "remote_write/write_request_v2.h"

namespace narthex::detail {

namespace {

using std::chrono::milliseconds;

constexpr std::chrono::minutes kMetadataInterval{1};
constexpr std::size_t kMaxKept = 1024;  // bytes of a reply

// Those of Prometheus.
constexpr RetryRules kRetryRules = {
    .is_retried = [](int status) { return status == 0 || status == 429 || status >= 500; },
    .first_wait = milliseconds(30),
    .factor = 2,
    .longest_wait = milliseconds(5000),
};

constexpr std::string_view kNoTime = "no time was left";

}  // namespace

void WriteTarget::fail(PushResult& result, PushOutcome outcome, std::string_view reason) const {
  if (result.reason.empty()) result.reason = fmt::format("{}: {}", client_.shown_url(), reason);
  if (result.outcome != PushOutcome::failed) result.outcome = outcome;
}

PushResult WriteTarget::push(const PushDeadline& deadline, bool is_last) {
  PushResult result{.outcome = PushOutcome::success};
  if (deadline.has_passed()) return {.outcome = PushOutcome::failed, .reason = std::string(kNoTime)};
  if (!probe(deadline, result)) return result;
  while (!send(collect(), deadline, result)) {
  }
  if (result.outcome == PushOutcome::failed) return result;
  commit();
  if (is_last && options_.mark_stale_at_end) send(end_all_series(), deadline, result);
  return result;
}

bool WriteTarget::probe(const PushDeadline& deadline, PushResult& result) {
  const PushTime now = options_.now();
  if (!version_.needs_probe(now)) return true;
  WriteRequestV2 empty;
  ByteBuffer buffer;
  const HttpReply reply = send(snappy_block(empty.finish(), buffer), /*is_v2=*/true, deadline, result);
  version_.take_probe(reply, now);
  if (!kRetryRules.is_retried(reply.status)) return true;
  fail(result, PushOutcome::failed, describe(reply));
  return false;
}

std::unique_ptr<RequestWriter> WriteTarget::new_writer(PushTime time) {
  metadata_written_ = metadata_sent_;
  if (version_.is_v2()) return std::make_unique<WriteRequestV2>();
  auto writer = std::make_unique<WriteRequestV1>();
  if (!metadata_sent_ || time - *metadata_sent_ >= kMetadataInterval) {
    writer->set_with_metadata(true);
    metadata_written_ = time;
  }
  return writer;
}

WriteTarget::Bodies WriteTarget::collect() {
  const PushTime time = time_.next(options_.now());
  const std::unique_ptr<RequestWriter> writer = new_writer(time);
  SeriesParts parts(*writer, options_.limits, options_.labels);
  are_markers_lost_ = false;
  sent_.begin();
  exemplars_.begin();
  SeriesSink sink(parts, sent_, exemplars_, {.time = time, .native_histograms = options_.native_histograms});
  options_.registry.collect(sink);
  return parts.requests().take();
}

WriteTarget::Bodies WriteTarget::end_all_series() {
  const PushTime time = time_.next(options_.now());
  const std::unique_ptr<RequestWriter> writer = new_writer(time);
  SeriesParts parts(*writer, options_.limits, options_.labels);
  StaleMarkers markers(parts, time);
  sent_.for_each([&](const SentFamily& family, LabelView labels, const SeriesShape& shape, const Timestamp&) {
    markers.add(family, labels, shape);
  });
  parts.requests().end();
  return parts.requests().take();
}

void WriteTarget::commit() {
  // The next push repeats stale markers that were refused. It does not repeat exemplars, which may be the reason.
  if (!are_markers_lost_) sent_.commit();
  exemplars_.commit();
  metadata_sent_ = metadata_written_;
}

bool WriteTarget::drop(const Bodies& bodies, std::size_t first, std::string_view reason, PushResult& result) {
  for (std::size_t i = first; i < bodies.size(); ++i) result.dropped_samples += bodies[i].total();
  fail(result, PushOutcome::failed, reason);
  return true;
}

bool WriteTarget::send(const Bodies& bodies, const PushDeadline& deadline, PushResult& result) {
  const bool is_v2 = version_.is_v2();
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    if (deadline.has_passed()) return drop(bodies, i, kNoTime, result);
    const HttpReply reply = send(bodies[i].compressed, is_v2, deadline, result);
    if (kRetryRules.is_retried(reply.status)) return drop(bodies, i, describe(reply), result);
    if (is_v2 && version_.falls_back(reply, options_.now())) return false;
    count(reply, is_v2, bodies[i], result);
  }
  return true;
}

HttpReply WriteTarget::send(const std::string& body, bool is_v2, const PushDeadline& deadline, PushResult& result) {
  HttpRequest request{.body = body, .max_kept = kMaxKept};
  request.headers = {
      is_v2 ? "Content-Type: application/x-protobuf;proto=io.prometheus.write.v2.Request"  // receivers refuse a blank
            : "Content-Type: application/x-protobuf",
      is_v2 ? "X-Prometheus-Remote-Write-Version: 2.0.0" : "X-Prometheus-Remote-Write-Version: 0.1.0",
      "Content-Encoding: snappy",
  };
  Delivery delivery = deliver(client_, request, kRetryRules, deadline);
  result.sent_bytes += delivery.sent_bytes;
  if (delivery.attempts > 1 || delivery.reply.status == 0) version_.forget();
  return std::move(delivery.reply);
}

void WriteTarget::count(const HttpReply& reply, bool is_v2, const WriteBody& body, PushResult& result) {
  const auto written = is_v2 ? written_counts(reply) : std::nullopt;
  std::size_t taken = is_success(reply.status) && !is_v2 ? body.total() : 0;
  if (written) {
    taken = std::min<std::size_t>(written->samples, body.samples) +
            std::min<std::size_t>(written->histograms, body.histograms);
  }
  result.rejected_samples += body.total() - taken;
  if (taken == 0 && body.has_markers) are_markers_lost_ = true;
  if (!is_success(reply.status)) {
    fail(result, PushOutcome::rejected, describe(reply));
  } else if (is_v2 && !written) {
    fail(result, PushOutcome::rejected, "the receiver does not support Remote Write 2.0");
  } else if (taken < body.total()) {
    fail(result, PushOutcome::rejected,
         fmt::format("the receiver has taken {} of {} samples of a request", taken, body.total()));
  }
}

}  // namespace narthex::detail
