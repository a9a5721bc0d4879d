#pragma once

#include <string>
#include <string_view>

#include <narthex/sink.h>

namespace narthex::detail {

// How names that are not legacy names, for example disk.io, are written for a scraper.
enum class EscapingScheme {
  underscores,  // disk_io
  dots,         // disk_dot_io
  values,       // U__disk_2e_io, which is reversible
  allow_utf_8,  // disk.io, in quotes
};

// Returns the word in HTTP headers, for example "allow-utf-8".
std::string_view to_string(EscapingScheme scheme) noexcept;

// Returns the escaped name of a label. A legacy name is unchanged in every scheme, also in `dots`, which would double
// its underscores: otherwise a scraper that asks for another scheme would lose all series with legacy names. `dots` is
// not reversible then, but it is not reversible in other cases either.
std::string escape_label_name(std::string_view name, EscapingScheme scheme);

// Returns the escaped name of a family. The suffix of its type, `_total` or `_info`, is unchanged, because formats
// remove and append it. The name of a state set is escaped as a label name, because it is also one.
std::string escape_family_name(std::string_view name, MetricType type, EscapingScheme scheme);

}  // namespace narthex::detail
