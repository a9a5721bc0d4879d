#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <narthex/sink.h>

#include "message_buffer.h"

namespace narthex::detail {

// Parts of messages that several kinds of metric have. The size of a message is told before where it is known: else
// protozero leaves room for the longest length, and moves the message when it is complete.

using MessageWriter = protozero::basic_pbf_writer<MessageBuffer>;
using Tag = protozero::pbf_tag_type;

constexpr std::size_t kDoubleFieldSize = 1 + sizeof(double);

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

// An exemplar, unless exemplar_fault() objects to it.
void add_exemplar(MessageWriter& parent, Tag tag, const Exemplar& exemplar);

}  // namespace narthex::detail
