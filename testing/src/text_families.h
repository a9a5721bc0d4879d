#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "text_sample.h"

namespace narthex::detail {

// A family as a scrape shows it. The views are into the text that it was read from.
struct TextFamily {
  std::string_view name;
  std::string_view help;
  std::string_view type = "untyped";
  std::vector<std::vector<std::string>>
      label_names;           // of each series, sorted, without `le` of a histogram and the like
  std::size_t repeated = 0;  // how many series were there before
  std::vector<TextSample> samples;
};

// Returns the families of a text in the text format 0.0.4 that have samples. Throws SampleError, which quotes
// the line, for what is no such text.
std::vector<TextFamily> read_families(std::string_view text);

}  // namespace narthex::detail
