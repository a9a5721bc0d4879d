#pragma once

#include <array>
#include <chrono>
#include <string_view>

namespace narthex::detail::otlp {

// Limits and defaults of options, which also hold for variables of the environment.

constexpr std::chrono::milliseconds kMinInterval{100};
constexpr std::chrono::milliseconds kMaxInterval = std::chrono::hours(24);
constexpr std::chrono::milliseconds kDefaultInterval{60'000};

constexpr std::chrono::milliseconds kMinTimeout{1};
constexpr std::chrono::milliseconds kMaxTimeout = std::chrono::hours(1);
constexpr std::chrono::milliseconds kDefaultTimeout{10'000};
constexpr std::chrono::milliseconds kDefaultExportTimeout{30'000};

// The exporter sets these headers.
constexpr std::array<std::string_view, 5> kReservedHeaders{"content-encoding", "content-length", "content-type",
                                                           "transfer-encoding", "user-agent"};

}  // namespace narthex::detail::otlp
