#include <narthex/family.h>

#include <algorithm>
#include <string>
#include <vector>

#include "family_state.h"
#include "totals.h"
#include "utf8.h"

namespace narthex::detail {

namespace {

// Calls `call` with the values made UTF-8; nothing is copied when they are already.
template <class Call>
auto with_clean(std::span<const std::string_view> values, Call call) {
  if (std::ranges::all_of(values, is_utf8)) return call(values);
  std::vector<std::string> texts;
  for (const std::string_view value : values) texts.push_back(as_utf8(value));
  const std::vector<std::string_view> clean(texts.begin(), texts.end());
  return call(std::span<const std::string_view>(clean));
}

}  // namespace

Ref<Series> find_or_make(FamilyState& family, std::span<const std::string_view> values) {
  return with_clean(values, [&](auto clean) { return family.find_or_make(clean); });
}

bool remove(FamilyState& family, std::span<const std::string_view> values) {
  return with_clean(values, [&](auto clean) { return family.remove(clean); });
}

}  // namespace narthex::detail
