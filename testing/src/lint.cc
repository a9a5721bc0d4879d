#include <algorithm>

#include <fmt/format.h>
#include <narthex/exposition.h>
#include <narthex/testing.h>

#include "lint_rules.h"
#include "text_families.h"

namespace narthex {

std::vector<std::string> lint(std::string_view exposition) {
  std::vector<std::string> lines;
  for (const detail::TextFamily& family : detail::read_families(exposition)) {
    const auto say = [&](const std::string& problem) { lines.push_back(fmt::format("{} {}", family.name, problem)); };
    for (const detail::LintRule rule : detail::lint_rules()) rule(family, say);
  }
  std::ranges::sort(lines);
  return lines;
}

// By way of the text, as promtool does: so this covers what any kind of metric serves.
std::vector<std::string> lint(const Registry& registry) { return lint(to_text(registry)); }

}  // namespace narthex
