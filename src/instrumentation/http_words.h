#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace narthex::detail {

// The label value for all methods, paths, and codes of untrusted clients that have no value of their own.
inline constexpr std::string_view kOther = "other";

inline constexpr std::array<std::string_view, 10> kHttpMethods{"GET",     "HEAD",    "POST",  "PUT",   "DELETE",
                                                               "CONNECT", "OPTIONS", "TRACE", "PATCH", kOther};

// Returns the index of a method. Methods are case-sensitive, so "get" is `other`.
constexpr std::size_t method_index(std::string_view method) noexcept {
  constexpr std::size_t kUnknown = kHttpMethods.size() - 1;
  const auto* const end = kHttpMethods.begin() + kUnknown;
  return static_cast<std::size_t>(std::find(kHttpMethods.begin(), end, method) - kHttpMethods.begin());
}

// Frequent status codes. Each method and route stores a pointer to the counter of each of them.
inline constexpr std::array<std::uint16_t, 24> kFrequentCodes{200, 201, 202, 204, 206, 301, 302, 303,
                                                              304, 307, 308, 400, 401, 403, 404, 405,
                                                              409, 413, 422, 429, 500, 502, 503, 504};

inline constexpr auto kFrequentCodeIndex = [] {
  std::array<std::uint8_t, 600> indices{};
  indices.fill(kFrequentCodes.size());
  for (std::size_t index = 0; index < kFrequentCodes.size(); ++index) {
    indices[kFrequentCodes[index]] = static_cast<std::uint8_t>(index);
  }
  return indices;
}();

// Returns the index of a frequent code, or kFrequentCodes.size() for another one.
constexpr std::size_t code_index(int code) noexcept {
  if (code < 0 || static_cast<std::size_t>(code) >= kFrequentCodeIndex.size()) return kFrequentCodes.size();
  return kFrequentCodeIndex[static_cast<std::size_t>(code)];
}

}  // namespace narthex::detail
