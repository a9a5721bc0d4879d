#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <narthex/sink.h>

#include "model/escaping.h"

namespace narthex::detail {

// The families that a query selects: `name[]=jobs_total&name[]=up`. A query without name[] selects all.
class NameFilter {
 public:
  // Reads the query of a URL, percent-encoded as received, with or without the path and the '?' before it. Ignores
  // other parameters. A '%' without two hexadecimal digits is a literal '%'.
  explicit NameFilter(std::string_view query);

  bool selects_all() const noexcept { return selects_all_; }

  // Returns whether a family is selected by the name of its definition or by its name in the text formats.
  bool selects(const FamilyInfo& family, EscapingScheme scheme) const;

 private:
  bool has(std::string_view name) const noexcept;

  std::vector<std::string> names_;  // sorted
  bool selects_all_ = true;
};

}  // namespace narthex::detail
