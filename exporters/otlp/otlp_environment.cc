#include "otlp/otlp_environment.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <utility>

#include <fmt/format.h>
#include <narthex/detail/quote.h>
#include <narthex/error.h>

#include "otlp/key_value_list.h"
#include "otlp/otlp_limits.h"
#include "otlp/otlp_settings.h"
#include "push/push_checks.h"
#include "push/valid_utf8.h"

namespace narthex::detail::otlp {

namespace {

using std::chrono::milliseconds;

bool equals_ignoring_case(std::string_view text, std::string_view lower) {
  return std::ranges::equal(text, lower, {},
                            [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
}

// Whether a text is a token of HTTP, which the name of a header is.
bool is_token(const std::string& text) try {
  if (text.find(':') != std::string::npos) return false;
  PushChecks(kExporterName).check_headers({text + ": x"});
  return true;
} catch (const OptionsError&) {
  return false;
}

bool is_reserved(std::string_view name) {
  return std::ranges::any_of(kReservedHeaders,
                             [&](std::string_view header) { return equals_ignoring_case(name, header); });
}

// Returns why an item is not a header. Empty: it is one.
std::string_view header_error(const KeyValueItem& item) {
  const auto is_control = [](unsigned char c) { return c < ' ' || c == 0x7f; };
  if (!item.error.empty()) return item.error;
  if (!is_token(item.key)) return "the key is not the name of a header";
  if (is_reserved(item.key)) return "the exporter sets this header itself";
  if (std::ranges::any_of(item.value, is_control)) return "the value has a control character";
  return {};
}

// Returns why an item cannot follow other attributes. Empty: it can.
std::string_view attribute_error(const KeyValueItem& item, const Labels& others) try {
  if (!item.error.empty()) return item.error;
  static_cast<void>(LabelText::of({{item.key, item.value}}));
  const auto is_same = [&](const auto& other) { return other.first == item.key; };
  return std::ranges::any_of(others, is_same) ? "the key appears twice" : std::string_view();
} catch (const LabelError&) {
  return "the key is not the name of an attribute";
}

// A variable that is set: its name and its value.
struct Variable {
  std::string name;
  std::string value;
};

class Reader {
 public:
  Reader(const Lookup& lookup, const Log& log) : lookup_(lookup), log_(log) {}

  Environment read();

 private:
  // An empty variable counts as not set.
  std::optional<Variable> find(const char* name) const;
  // Returns the variable OTEL_EXPORTER_OTLP_METRICS_<suffix>, or otherwise OTEL_EXPORTER_OTLP_<suffix>.
  std::optional<Variable> find_of_exporter(std::string_view suffix) const;

  void refuse(const Variable& variable, std::string_view reason) const {
    log_(fmt::format("{} {}: {}", variable.name, quote(variable.value), reason));
  }
  // Logs an item of a list, whose position begins at 1. Values and invalid keys may be secrets, and are not shown.
  void refuse_item(const Variable& variable, std::size_t position, const KeyValueItem& item,
                   std::string_view reason) const;
  // Calls the function with checks whose messages begin with the name of the variable. Returns whether it throws nothing.
  template <class Check>
  bool passes(const Variable& variable, Check check) const;

  bool is_disabled() const;
  std::string url(const char* name) const;
  std::vector<std::string> headers() const;
  Labels resource() const;
  Labels attributes() const;
  std::optional<OtlpCompression> compression() const;
  std::optional<bool> exponential_histograms() const;
  std::optional<milliseconds> interval() const;
  std::optional<milliseconds> timeout(const std::optional<Variable>& variable) const;
  std::optional<std::int64_t> number(const Variable& variable) const;
  PushConnection connection() const;
  void check_unsupported() const;

  const Lookup& lookup_;
  const Log& log_;
};

Environment Reader::read() {
  Environment environment;
  environment.is_disabled = is_disabled();
  if (environment.is_disabled) return environment;
  check_unsupported();
  environment.metrics_endpoint = url("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT");
  environment.endpoint = url("OTEL_EXPORTER_OTLP_ENDPOINT");
  environment.headers = headers();
  environment.resource = resource();
  environment.compression = compression();
  environment.exponential_histograms = exponential_histograms();
  environment.interval = interval();
  environment.timeout = timeout(find_of_exporter("TIMEOUT"));
  environment.export_timeout = timeout(find("OTEL_METRIC_EXPORT_TIMEOUT"));
  environment.connection = connection();
  return environment;
}

std::optional<Variable> Reader::find(const char* name) const {
  const char* const value = lookup_(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return Variable{name, value};
}

std::optional<Variable> Reader::find_of_exporter(std::string_view suffix) const {
  auto of_metrics = find(fmt::format("OTEL_EXPORTER_OTLP_METRICS_{}", suffix).c_str());
  return of_metrics ? of_metrics : find(fmt::format("OTEL_EXPORTER_OTLP_{}", suffix).c_str());
}

template <class Check>
bool Reader::passes(const Variable& variable, Check check) const try {
  check(PushChecks(variable.name));
  return true;
} catch (const OptionsError& error) {
  log_(fmt::format("{}; it is ignored", error.what()));
  return false;
}

bool Reader::is_disabled() const {
  if (const auto disabled = find("OTEL_SDK_DISABLED")) {
    if (equals_ignoring_case(disabled->value, "true")) return true;
    if (!equals_ignoring_case(disabled->value, "false")) refuse(*disabled, "allowed: true, false; it counts as false");
  }
  const auto exporter = find("OTEL_METRICS_EXPORTER");
  return exporter && without_white_space(exporter->value) == "none";
}

// What other libraries of OpenTelemetry support, and this one does not.
void Reader::check_unsupported() const {
  if (const auto protocol = find_of_exporter("PROTOCOL"); protocol && protocol->value != "http/protobuf") {
    refuse(*protocol, "the protocol is not supported; http/protobuf is used");
  }
  const auto temporality = find("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE");
  if (temporality && !equals_ignoring_case(temporality->value, "cumulative")) {
    refuse(*temporality, "the temporality is not supported; all values are cumulative");
  }
}

std::string Reader::url(const char* name) const {
  const auto variable = find(name);
  if (!variable || !passes(*variable, [&](const PushChecks& checks) { checks.check_url("URL", variable->value); }))
    return {};
  return variable->value;
}

void Reader::refuse_item(const Variable& variable, std::size_t position, const KeyValueItem& item,
                         std::string_view reason) const {
  const std::string key = is_token(item.key) ? ' ' + quote(item.key) : std::string();
  log_(fmt::format("{}: item {}{}: {}", variable.name, position, key, reason));
}

std::vector<std::string> Reader::headers() const {
  std::vector<std::string> lines;
  const auto variable = find_of_exporter("HEADERS");
  if (!variable) return lines;
  std::size_t position = 0;
  for (const KeyValueItem& item : parse_key_value_list(variable->value)) {
    ++position;
    if (const std::string_view error = header_error(item); !error.empty()) {
      refuse_item(*variable, position, item, fmt::format("{}; it is ignored", error));
    } else {
      lines.push_back(fmt::format("{}: {}", item.key, item.value));
    }
  }
  return lines;
}

Labels Reader::resource() const {
  Labels resource = attributes();
  if (const auto name = find("OTEL_SERVICE_NAME")) {
    std::erase_if(resource, [](const auto& attribute) { return attribute.first == "service.name"; });
    resource.emplace_back("service.name", as_valid_utf8(name->value));
  }
  return resource;
}

// Any error discards all attributes, as OpenTelemetry requires.
Labels Reader::attributes() const {
  Labels attributes;
  const auto variable = find("OTEL_RESOURCE_ATTRIBUTES");
  if (!variable) return attributes;
  for (const KeyValueItem& item : parse_key_value_list(variable->value)) {
    const std::string_view error = attribute_error(item, attributes);
    attributes.emplace_back(item.key, item.value);
    if (error.empty()) continue;
    refuse_item(*variable, attributes.size(), item, fmt::format("{}; the variable is ignored", error));
    return {};
  }
  return attributes;
}

std::optional<OtlpCompression> Reader::compression() const {
  const auto variable = find_of_exporter("COMPRESSION");
  if (!variable) return std::nullopt;
  if (equals_ignoring_case(variable->value, "gzip")) return OtlpCompression::gzip;
  if (!equals_ignoring_case(variable->value, "none"))
    refuse(*variable, "allowed: none, gzip; requests are not compressed");
  return OtlpCompression::none;
}

std::optional<bool> Reader::exponential_histograms() const {
  const auto variable = find("OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION");
  if (!variable) return std::nullopt;
  if (equals_ignoring_case(variable->value, "base2_exponential_bucket_histogram")) return true;
  if (!equals_ignoring_case(variable->value, "explicit_bucket_histogram")) {
    refuse(*variable, "allowed: explicit_bucket_histogram, base2_exponential_bucket_histogram; the first one is used");
  }
  return false;
}

std::optional<std::int64_t> Reader::number(const Variable& variable) const {
  const std::string_view text = without_white_space(variable.value);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<milliseconds> Reader::interval() const {
  const auto variable = find("OTEL_METRIC_EXPORT_INTERVAL");
  if (!variable) return std::nullopt;
  const auto value = number(*variable);
  if (value && *value >= kMinInterval.count() && *value <= kMaxInterval.count()) return milliseconds(*value);
  refuse(*variable, fmt::format("allowed: {} to {} milliseconds; {} are used", kMinInterval.count(),
                                kMaxInterval.count(), kDefaultInterval.count()));
  return std::nullopt;
}

// 0 means no limit.
std::optional<milliseconds> Reader::timeout(const std::optional<Variable>& variable) const {
  if (!variable) return std::nullopt;
  const auto value = number(*variable);
  if (value && *value >= 0) return *value == 0 ? kMaxTimeout : milliseconds(std::min(*value, kMaxTimeout.count()));
  refuse(*variable, "allowed: milliseconds from 0, which means no limit; the default is used");
  return std::nullopt;
}

PushConnection Reader::connection() const {
  PushConnection connection;
  if (const auto file = find_of_exporter("CERTIFICATE")) {
    if (passes(*file, [&](const PushChecks& checks) { checks.check_connection({.ca_file = file->value}); }))
      connection.ca_file = file->value;
  }
  const auto certificate = find_of_exporter("CLIENT_CERTIFICATE");
  const auto key = find_of_exporter("CLIENT_KEY");
  if (!certificate && !key) return connection;
  const PushConnection client{.certificate_file = certificate ? certificate->value : std::string(),
                              .key_file = key ? key->value : std::string()};
  if (passes(certificate ? *certificate : *key, [&](const PushChecks& checks) { checks.check_connection(client); })) {
    connection.certificate_file = client.certificate_file;
    connection.key_file = client.key_file;
  }
  return connection;
}

}  // namespace

Environment read_environment(const Lookup& lookup, const Log& log) { return Reader(lookup, log).read(); }

}  // namespace narthex::detail::otlp
