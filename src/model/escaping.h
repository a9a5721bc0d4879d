#pragma once

#include <string>
#include <string_view>

#include <narthex/sink.h>

namespace narthex::detail {

// How names that are not bare, disk.io say, are told to a scraper.
enum class EscapingScheme {
  underscores,  // disk_io
  dots,         // disk_dot_io
  values,       // U__disk_2e_io, which can be undone
  allow_utf_8,  // disk.io, in quotes
};

// Returns the word that requests and replies use: "allow-utf-8".
std::string_view to_string(EscapingScheme scheme) noexcept;

// Returns the name of a label under a scheme. A bare name stays as it is in every scheme, also in `dots`, which would
// double its underscores: a scraper that asks for another scheme must not lose all series that need none. It costs that
// `dots` cannot be undone with certainty, which it never can.
std::string escape_label_name(std::string_view name, EscapingScheme scheme);

// The same for the name of a family. What its type says the name ends in, `_total` of a counter, `_info` of an info,
// stays there, for formats take it off and put it back. That of a state set is a label's too, and has no colon.
std::string escape_family_name(std::string_view name, MetricType type, EscapingScheme scheme);

}  // namespace narthex::detail
