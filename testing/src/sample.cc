#include <algorithm>

#include <narthex/exposition.h>
#include <narthex/testing.h>

#include "text_sample.h"

namespace narthex {

// By way of the text, whose numbers read back to the same double: so this finds what any kind of metric serves.
std::optional<double> sample(const Registry& registry, std::string_view name, const Labels& labels) {
  Labels sorted = labels;
  std::ranges::sort(sorted);
  const std::string text = to_text(registry);
  for (const std::string_view line : detail::lines_of(text)) {
    if (!line.starts_with(name)) continue;
    const auto found = detail::read_sample(line);
    if (found && found->name == name && found->labels == sorted) return found->value;
  }
  return std::nullopt;
}

}  // namespace narthex
