#include "exposition/negotiation.h"

#include <array>
#include <optional>

#include "exposition/http_list.h"

namespace narthex::detail {

namespace {

constexpr std::array kSchemes{EscapingScheme::underscores, EscapingScheme::dots, EscapingScheme::values,
                              EscapingScheme::allow_utf_8};

std::optional<EscapingScheme> to_scheme(std::string_view word) noexcept {
  for (const EscapingScheme scheme : kSchemes) {
    if (is_same_word(word, to_string(scheme))) return scheme;
  }
  return std::nullopt;
}

// One clause of the header. Of a repeated parameter the first one is used.
struct Clause {
  std::string_view type;
  std::optional<std::string_view> version;
  std::string_view proto;
  std::string_view encoding;
  std::optional<EscapingScheme> scheme;
  std::optional<Weight> weight;

  bool is(std::string_view lower_case) const noexcept { return is_same_word(type, lower_case); }
  bool is_wildcard() const noexcept { return type == "*/*" || is("text/*"); }
};

// A malformed weight does not exclude the format of its clause.
Weight clause_weight(std::string_view text) noexcept {
  return to_weight(text).value_or(text.starts_with('-') ? 0 : kFullWeight);
}

void read(const HttpParameter& parameter, Clause& clause) noexcept {
  if (parameter.has_name("q")) {
    if (!clause.weight) clause.weight = clause_weight(parameter.value);
  } else if (parameter.has_name("version")) {
    if (!clause.version) clause.version = parameter.value;
  } else if (parameter.has_name("escaping")) {
    if (!clause.scheme) clause.scheme = to_scheme(parameter.value);
  } else if (parameter.has_name("proto")) {
    if (clause.proto.empty()) clause.proto = parameter.value;
  } else if (parameter.has_name("encoding")) {
    if (clause.encoding.empty()) clause.encoding = parameter.value;
  }
}

Clause next_clause(std::string_view& accept) noexcept {
  std::string_view rest = next_part(accept, ',');
  Clause clause;
  clause.type = next_part(rest, ';');
  while (!rest.empty()) read(next_parameter(rest), clause);
  return clause;
}

// Returns the format that a clause accepts, if it is one that is served.
std::optional<Format> format_of(const Clause& clause) noexcept {
  if (clause.is_wildcard()) return Format::text_0_0_4;
  if (clause.is("text/plain")) {
    const std::string_view version = clause.version.value_or("0.0.4");
    if (version == "0.0.4") return Format::text_0_0_4;
    if (version == "1.0.0") return Format::text_1_0_0;
  } else if (clause.is("application/openmetrics-text")) {
    const std::string_view version = clause.version.value_or("0.0.1");  // as client_golang reads it
    if (version == "0.0.1") return Format::openmetrics_0_0_1;
    if (version == "1.0.0") return Format::openmetrics_1_0_0;
    if (version == "2.0.0") return Format::openmetrics_2_0_0;
  } else if (clause.is("application/vnd.google.protobuf") &&
             is_same_word(clause.proto, "io.prometheus.client.metricfamily") &&
             is_same_word(clause.encoding, "delimited")) {
    return Format::protobuf;
  }
  return std::nullopt;
}

// The value with the highest rank so far. Wildcards rank below named formats.
template <class Value>
class Best {
 public:
  void offer(const Value& value, Weight rank) noexcept {
    if (rank <= rank_) return;
    value_ = value;
    rank_ = rank;
  }
  const std::optional<Value>& value() const noexcept { return value_; }

 private:
  std::optional<Value> value_;
  Weight rank_ = 0;
};

std::string_view media_type(Format format) noexcept {
  switch (format) {
    case Format::text_0_0_4:
      break;
    case Format::text_1_0_0:
      return "text/plain; version=1.0.0; charset=utf-8";
    case Format::openmetrics_0_0_1:
      return "application/openmetrics-text; version=0.0.1; charset=utf-8";
    case Format::openmetrics_1_0_0:
      return "application/openmetrics-text; version=1.0.0; charset=utf-8";
    case Format::openmetrics_2_0_0:
      return "application/openmetrics-text; version=2.0.0; charset=utf-8";
    case Format::protobuf:
      return "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited";
  }
  return "text/plain; version=0.0.4; charset=utf-8";
}

}  // namespace

NegotiatedFormat negotiate(std::string_view accept) noexcept {
  struct Choice {
    Format format;
    std::optional<EscapingScheme> scheme;
  };
  Best<Choice> best;
  Best<EscapingScheme> any_scheme;  // of all clauses
  while (!accept.empty()) {
    const Clause clause = next_clause(accept);
    const Weight weight = clause.weight.value_or(kFullWeight);
    if (weight == 0) continue;
    const Weight rank = weight + (clause.is_wildcard() ? 0 : kFullWeight);
    if (clause.scheme) any_scheme.offer(*clause.scheme, rank);
    if (const std::optional<Format> format = format_of(clause)) best.offer({*format, clause.scheme}, rank);
  }
  if (!best.value()) return {};
  auto [format, scheme] = *best.value();
  const bool is_openmetrics_2 = format == Format::openmetrics_2_0_0;
  if (!scheme && (is_openmetrics_2 || format == Format::protobuf)) scheme = any_scheme.value();
  return {format, scheme.value_or(is_openmetrics_2 ? EscapingScheme::allow_utf_8 : EscapingScheme::underscores)};
}

void set_content_type(const NegotiatedFormat& format, std::string& content_type) {
  content_type = media_type(format.format);
  // OpenMetrics 2.0 requires exactly this content type. Only escaped names need the parameter.
  if (format.format == Format::openmetrics_2_0_0 && format.scheme == EscapingScheme::allow_utf_8) return;
  content_type += "; escaping=";
  content_type += to_string(format.scheme);
}

}  // namespace narthex::detail
