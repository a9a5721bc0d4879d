#pragma once

#include <functional>
#include <span>
#include <string>

#include "text_families.h"

namespace narthex::detail {

// Says what is wrong with a family, once for each time that it is.
using Say = std::function<void(std::string problem)>;
using LintRule = void (*)(const TextFamily& family, const Say& say);

// Returns the conventions for metrics that promtool checks; each speaks in promtool's words. Further rules report what
// strict OpenMetrics parsers reject.
std::span<const LintRule> lint_rules();

}  // namespace narthex::detail
