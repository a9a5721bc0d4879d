#include "exposition/accept_encoding.h"

#include <algorithm>
#include <optional>

#include "exposition/http_list.h"

namespace narthex::detail {

namespace {

// Returns the weight among the parameters of a coding; nothing if it is malformed.
std::optional<Weight> weight_of(std::string_view parameters) noexcept {
  while (!parameters.empty()) {
    const HttpParameter parameter = next_parameter(parameters);
    if (parameter.has_name("q")) return to_weight(parameter.value);
  }
  return kFullWeight;
}

}  // namespace

bool accepts_gzip(std::string_view accept_encoding) noexcept {
  std::optional<Weight> gzip;
  std::optional<Weight> identity;
  std::optional<Weight> any;
  while (!accept_encoding.empty()) {
    std::string_view rest = next_part(accept_encoding, ',');
    const std::string_view coding = next_part(rest, ';');
    const std::optional<Weight> weight = weight_of(rest);
    if (!weight) continue;
    if (is_same_word(coding, "gzip") || is_same_word(coding, "x-gzip")) {
      gzip = std::min(*weight, gzip.value_or(kFullWeight));  // a refusal wins over a repeated coding
    } else if (is_same_word(coding, "identity")) {
      identity = weight;
    } else if (coding == "*") {
      any = weight;
    }
  }
  const Weight gzip_weight = gzip.value_or(any.value_or(0));
  return gzip_weight > 0 && gzip_weight >= identity.value_or(any.value_or(0));
}

}  // namespace narthex::detail
