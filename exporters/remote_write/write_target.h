#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <narthex/labels.h>
#include <narthex/registry.h>
#include <narthex/remote_write_exporter.h>

#include "push/http_client.h"
#include "push/push_time.h"
#include "push/push_worker.h"
#include "push/sent_series.h"
#include "remote_write/new_exemplars.h"
#include "remote_write/request_list.h"
#include "remote_write/series_parts.h"
#include "remote_write/write_version.h"

namespace narthex::detail {

// Sends a registry to a receiver of Remote Write. A push reads the registry, encodes everything, and then sends the requests
// one after the other, because the times of a series must rise.
class WriteTarget final : public PushTarget {
 public:
  struct Options {
    Registry registry;
    Labels labels{};  // of all series
    RemoteWriteVersion version = RemoteWriteVersion::automatic;
    bool native_histograms = false;
    bool mark_stale_at_end = true;
    RequestLimits limits{};
    std::function<PushTime()> now{};
  };

  WriteTarget(Options options, HttpClient client)
      : options_(std::move(options)), client_(std::move(client)), version_(options_.version) {}

  PushResult push(const PushDeadline& deadline, bool is_last) override;

 private:
  using Bodies = std::vector<WriteBody>;

  // Sends an empty request of 2.0, if it is not known whether the receiver supports it. Returns false if the receiver
  // cannot be reached.
  bool probe(const PushDeadline& deadline, PushResult& result);
  Bodies collect();
  // Returns requests with a stale marker for each series that was sent.
  Bodies end_all_series();
  std::unique_ptr<RequestWriter> new_writer(PushTime time);
  // Returns false if everything must be sent again, as 1.0.
  bool send(const Bodies& bodies, const PushDeadline& deadline, PushResult& result);
  HttpReply send(const std::string& body, bool is_v2, const PushDeadline& deadline, PushResult& result);
  // Counts the requests that are not sent any more. Returns true.
  bool drop(const Bodies& bodies, std::size_t first, std::string_view reason, PushResult& result);
  // Counts the samples that the receiver has not stored, according to its final reply. Notes whether stale
  // markers were lost.
  void count(const HttpReply& reply, bool is_v2, const WriteBody& body, PushResult& result);
  // Logs the first reason of a push, with the URL of the receiver.
  void fail(PushResult& result, PushOutcome outcome, std::string_view reason) const;
  // Remembers what the receiver has got of a push that did not fail.
  void commit();

  const Options options_;
  HttpClient client_;
  WriteVersion version_;
  RisingTime time_;
  SentSeries sent_;
  NewExemplars exemplars_;
  bool are_markers_lost_ = false;             // the receiver has stored nothing of a request of this push with markers
  std::optional<PushTime> metadata_sent_;     // when 1.0 has sent the metadata; nothing: never
  std::optional<PushTime> metadata_written_;  // by the push that runs
};

}  // namespace narthex::detail
