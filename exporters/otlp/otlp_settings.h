#pragma once

#include <chrono>
#include <string>
#include <vector>

#include <narthex/otlp_exporter.h>

#include "otlp/otlp_environment.h"

namespace narthex::detail::otlp {

constexpr const char* kExporterName = "otlp exporter";  // in messages

// What an exporter does: its options, with the environment in place of those that have no value.
struct Settings {
  bool is_disabled = false;  // by the environment; nothing else is set then
  std::string url{};
  std::vector<std::string> headers{};  // without those that the exporter sets
  std::string resource{};              // message Resource
  std::string scope{};                 // message InstrumentationScope
  bool is_compressed = false;
  bool prefers_exponential = false;
  bool marks_stale_at_end = false;
  std::chrono::milliseconds interval{};
  std::chrono::milliseconds timeout{};
  std::chrono::milliseconds shutdown_timeout{};
  PushConnection connection{};
};

// Throws OptionsError if an option is invalid. An invalid variable of the environment is logged and ignored.
Settings make_settings(const OtlpOptions& options, const Lookup& lookup, const Log& log);

}  // namespace narthex::detail::otlp
