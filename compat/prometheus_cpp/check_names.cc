#include <prometheus/check_names.h>

#include <algorithm>
#include <string_view>

namespace prometheus {

namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_reserved(std::string_view name) { return name.starts_with("__"); }

}  // namespace

bool CheckMetricName(const std::string& name) {
  const auto is_allowed = [](char c) { return is_letter(c) || is_digit(c) || c == ':'; };
  return !name.empty() && !is_digit(name.front()) && std::ranges::all_of(name, is_allowed) && !is_reserved(name);
}

bool CheckLabelName(const std::string& name, MetricType type) {
  const auto is_allowed = [](char c) { return is_letter(c) || is_digit(c); };
  if (name.empty() || is_digit(name.front()) || !std::ranges::all_of(name, is_allowed)) return false;
  if (type == MetricType::Histogram && name == "le") return false;
  if (type == MetricType::Summary && name == "quantile") return false;
  return !is_reserved(name);
}

}  // namespace prometheus
