#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <narthex/push_connection.h>

namespace narthex::detail {

// Checks options that push exporters share. Each throws OptionsError with the name of the exporter, the option, and its
// value: "otlp exporter: endpoint 'x': ...".
class PushChecks {
 public:
  // `exporter` is the name of the exporter in messages.
  explicit PushChecks(std::string_view exporter) : exporter_(exporter) {}

  // An http or https URL with a host, and without a fragment.
  void check_url(std::string_view option, const std::string& url) const;
  // Each header is one line with a name. The names in `reserved`, in lower case, are set by the exporter. Values, which
  // may be passwords, do not appear in messages.
  void check_headers(const std::vector<std::string>& headers, std::span<const std::string_view> reserved = {}) const;
  // The files exist and can be read, and the options and headers do not contradict each other.
  void check_connection(const PushConnection& connection, const std::vector<std::string>& headers = {}) const;
  void check_duration(std::string_view option, std::chrono::milliseconds value, std::chrono::milliseconds least,
                      std::chrono::milliseconds most) const;

  [[noreturn]] void refuse(std::string_view option, std::string_view value, std::string_view reason) const;

 private:
  const std::string_view exporter_;
};

}  // namespace narthex::detail
