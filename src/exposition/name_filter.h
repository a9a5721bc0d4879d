#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <narthex/sink.h>

#include "model/escaping.h"

namespace narthex::detail {

// The families that a request asks for by name: `name[]=jobs_total&name[]=up`. Without any, it asks for all.
class NameFilter {
 public:
  // Reads the query of a URL, as it came, with its '?' or without. What is no pair or has another key does not matter; a
  // '%' without two hexadecimal digits stands for itself.
  explicit NameFilter(std::string_view query);

  bool wants_all() const noexcept { return wants_all_; }

  // Tells whether a family is asked for: as it was defined, or as it is served with that escaping in the text formats.
  bool wants(const FamilyInfo& family, EscapingScheme scheme) const;

 private:
  bool has(std::string_view name) const noexcept;

  std::vector<std::string> names_;  // sorted
  bool wants_all_ = true;
};

}  // namespace narthex::detail
