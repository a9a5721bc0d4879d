#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <narthex/detail/export.h>

namespace NARTHEX_VISIBILITY narthex {

namespace detail {

class WebGate;
class WebGateOpener;

using WebGateLog = std::function<void(std::string_view line)>;

NARTHEX_EXPORT std::unique_ptr<WebGate> open_web_gate(const std::string& file, WebGateLog log);

}  // namespace detail

/// Path of a web configuration file (docs/web-configuration.md). Assign a string to it.
///
/// A statically linked program that assigns no path to any WebConfigFile does not contain the code that reads the file,
/// checks passwords, and encrypts.
///
/// Thread safety: concurrent reads are safe.
/// Exceptions: std::bad_alloc.
///
/// Example:
///   narthex::HttpExporter exporter(registry, {.listen = "0.0.0.0:9464", .web_config_file = "/etc/app/web.yml"});
class NARTHEX_VISIBILITY WebConfigFile {
 public:
  /// No file.
  WebConfigFile() noexcept = default;
  /// A file. An empty path means no file.
  template <class Path>
  requires(std::convertible_to<Path, std::string> || std::convertible_to<Path, std::string_view>)
      WebConfigFile(Path&& path)  // NOLINT(bugprone-forwarding-reference-overload): a WebConfigFile is not a string
      : path_(std::forward<Path>(path)), open_(&detail::open_web_gate) {}

  /// Returns the path; empty if there is no file.
  const std::string& path() const noexcept { return path_; }

 private:
  friend class detail::WebGateOpener;

  std::string path_;
  // The only reference to open_web_gate(). Without it, the linker leaves out the code of the gate.
  std::unique_ptr<detail::WebGate> (*open_)(const std::string& file, detail::WebGateLog log) = nullptr;
};

}  // namespace narthex
