#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "model/escaping.h"

namespace narthex::detail {

// What a scrape can be answered with.
enum class Format {
  text_0_0_4,
  text_1_0_0,
  openmetrics_0_0_1,  // the same text as 1.0.0, for who knows it by this number only
  openmetrics_1_0_0,
  protobuf,
};

// Returns the index of a format in LastBodySizes.
std::size_t kind_of(Format format) noexcept;

// A format, and how it tells names that are not bare.
struct NegotiatedFormat {
  Format format = Format::text_0_0_4;
  EscapingScheme scheme = EscapingScheme::underscores;

  bool operator==(const NegotiatedFormat&) const = default;
};

// Returns what a request with this Accept likes best, in one pass and without memory of its own:
//
//   - of the clauses that name something we serve, the one with the highest q, the first of equals;
//   - else, for wildcards, for nothing and for whatever we do not serve, text 0.0.4: every Prometheus takes it, so nobody
//     is refused. A wildcard is no wish: it never wins against a format that is named, whatever its q;
//   - a clause with q=0 is none. What is no weight counts as 1, except below zero;
//   - names are escaped as the clause says that won, with underscores if it says nothing. Prometheus 3 says nothing with
//     protobuf, and means the same as with the others: there the clause with the highest q counts that says something.
NegotiatedFormat negotiate(std::string_view accept) noexcept;

// Returns the Content-Type of a reply. Each parameter stands there once: Prometheus 3 drops a scrape otherwise.
std::string content_type(const NegotiatedFormat& wanted);

}  // namespace narthex::detail
