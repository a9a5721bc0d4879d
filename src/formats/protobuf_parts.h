#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <string_view>

#include <narthex/sink.h>

#include "formats/message_buffer.h"

namespace narthex::detail {

// Parts of messages that several kinds of metric have. None tells protozero its size before, though some could: its
// writers count a message of known size as open for ever, and stop a build with assertions.

using MessageWriter = protozero::basic_pbf_writer<MessageBuffer>;
using Tag = protozero::pbf_tag_type;

// Every NaN becomes the one that the server takes for a value: it looks at the bits, and another NaN marks a series that
// ended.
inline double canonical(double value) noexcept {
  return std::isnan(value) ? std::bit_cast<double>(std::uint64_t{0x7ff8'0000'0000'0001}) : value;
}

// A label from its plain texts.
void add_label(MessageWriter& parent, Tag tag, std::string_view name, std::string_view value);

// All labels, which stand escaped in their text.
void add_labels(MessageWriter& parent, Tag tag, LabelView labels);

// A moment; none, or one before 1970: nothing.
void add_time(MessageWriter& parent, Tag tag, const Timestamp& at);

// An exemplar, unless exemplar_error() objects to it.
void add_exemplar(MessageWriter& parent, Tag tag, const Exemplar& exemplar);

}  // namespace narthex::detail
