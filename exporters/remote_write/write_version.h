#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include <narthex/remote_write_exporter.h>

#include "push/http_client.h"
#include "push/push_time.h"

namespace narthex::detail {

// The numbers of samples that a receiver of Remote Write 2.0 reports as stored.
struct WrittenCounts {
  std::uint64_t samples = 0;
  std::uint64_t histograms = 0;
};

// Returns nothing if the reply has none of the headers, which a receiver of 1.0 does not send.
std::optional<WrittenCounts> written_counts(const HttpReply& reply);

// Chooses the version of the protocol. With `automatic`, the reply to an empty request of 2.0 decides:
//
//   unknown --success with counts--> 2.0 --success without counts, or 415--> 1.0 --after an hour or a failure--> unknown
//      ^ |--success without counts, 400, or 415------------------------------^
//      +--any other reply: 1.0 for this push
//
// An old receiver replies with success to a message of 2.0, and stores nothing, because it reads an empty message of 1.0.
class WriteVersion {
 public:
  explicit WriteVersion(RemoteWriteVersion setting) noexcept : setting_(setting) {}

  bool is_v2() const noexcept { return setting_ == RemoteWriteVersion::v2 || is_v2_; }
  // Whether an empty request must be sent first.
  bool needs_probe(PushTime now) const noexcept;
  // Takes the final reply to it.
  void take_probe(const HttpReply& reply, PushTime now);
  // Takes the final reply to a request of 2.0. Returns whether everything must be sent again as 1.0.
  bool falls_back(const HttpReply& reply, PushTime now);
  // An attempt has failed: the receiver may have been replaced by another version.
  void forget() noexcept;

 private:
  const RemoteWriteVersion setting_;
  bool is_v2_ = false;
  std::optional<PushTime> decided_{};  // when 1.0 or 2.0 was chosen; nothing: unknown
};

}  // namespace narthex::detail
