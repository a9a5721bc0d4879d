#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace narthex::detail {

// What label values of HTTP may be; everything else that strangers send is one value.
inline constexpr std::string_view kOther = "other";

inline constexpr std::array<std::string_view, 10> kHttpMethods{"GET",     "HEAD",    "POST",  "PUT",   "DELETE",
                                                               "CONNECT", "OPTIONS", "TRACE", "PATCH", kOther};

// Returns the index of a method: they tell upper case from lower case, so "get" is another one.
constexpr std::size_t method_index(std::string_view method) noexcept {
  constexpr std::size_t kUnknown = kHttpMethods.size() - 1;
  const auto* const end = kHttpMethods.begin() + kUnknown;
  return static_cast<std::size_t>(std::find(kHttpMethods.begin(), end, method) - kHttpMethods.begin());
}

// The codes that servers answer with every day, whose counters are worth a pointer for each method and route.
inline constexpr std::array<std::uint16_t, 24> kDefaultCodes{200, 201, 202, 204, 206, 301, 302, 303,
                                                             304, 307, 308, 400, 401, 403, 404, 405,
                                                             409, 413, 422, 429, 500, 502, 503, 504};

inline constexpr auto kDefaultCodeIndex = [] {
  std::array<std::uint8_t, 600> indices{};
  indices.fill(kDefaultCodes.size());
  for (std::size_t index = 0; index < kDefaultCodes.size(); ++index) {
    indices[kDefaultCodes[index]] = static_cast<std::uint8_t>(index);
  }
  return indices;
}();

// Returns the index of a code, or kDefaultCodes.size() for one that is not usual.
constexpr std::size_t code_index(int code) noexcept {
  if (code < 0 || static_cast<std::size_t>(code) >= kDefaultCodeIndex.size()) return kDefaultCodes.size();
  return kDefaultCodeIndex[static_cast<std::size_t>(code)];
}

}  // namespace narthex::detail
