#pragma once

#include <string>
#include <string_view>

#include "model/escaping.h"

namespace narthex::detail {

// The formats of a reply.
enum class Format {
  text_0_0_4,
  text_1_0_0,
  openmetrics_0_0_1,  // the same text as 1.0.0, for clients that know this version only
  openmetrics_1_0_0,
  openmetrics_2_0_0,
  protobuf,
};

// A format, and the escaping of names outside the legacy character set.
struct NegotiatedFormat {
  Format format = Format::text_0_0_4;
  EscapingScheme scheme = EscapingScheme::underscores;

  bool operator==(const NegotiatedFormat&) const = default;
};

// Returns the format that a request with this Accept prefers, in one pass and without allocating:
//
//   - The clause with the highest q wins among those that name a format which is served; of equal ones, the first.
//   - Without such a clause it is text 0.0.4, which every Prometheus reads. A wildcard never wins against a named
//     format, whatever its q.
//   - A clause with q=0 is ignored. A malformed q counts as 1, a negative one as 0.
//   - OpenMetrics 2.0 is served only to clients that name version 2.0.0. It is experimental, and older servers cannot
//     read it.
//   - Names are escaped as the winning clause says. Prometheus 3 omits the escaping from its clauses for protobuf and
//     OpenMetrics 2.0. Then the escaping of the clause with the highest q that names one is used. If no clause names one,
//     names are escaped with underscores, except in OpenMetrics 2.0, which allows all names.
NegotiatedFormat negotiate(std::string_view accept) noexcept;

// Sets the Content-Type of a reply. It has each parameter once: Prometheus 3 rejects a reply that repeats one.
void set_content_type(const NegotiatedFormat& format, std::string& content_type);

}  // namespace narthex::detail
