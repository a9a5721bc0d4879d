#pragma once

#include <fmt/format.h>
#include <prometheus/labels.h>

namespace prometheus::detail {

using SeriesText = fmt::basic_memory_buffer<char, 512>;

// Appends the labels of a series as the text formats write them, sorted by name: `method="get",zone="b"`. Bytes of a
// value that are not UTF-8 become U+FFFD. Returns false for a name that is invalid, or that both maps have; the text is
// incomplete then.
bool append_labels(const Labels& constant_labels, const Labels& labels, SeriesText& text);

}  // namespace prometheus::detail
