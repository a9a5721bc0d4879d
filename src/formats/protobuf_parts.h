#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <string_view>

#include <narthex/sink.h>

#include "formats/message_writer.h"

namespace narthex::detail {

// Parts of messages that several metric types share.

constexpr Tag kLabel = 1;  // of a metric and of an exemplar

// Replaces each NaN by the NaN that the server stores as a value. Another bit pattern marks the end of a series.
inline double canonical(double value) noexcept {
  return std::isnan(value) ? std::bit_cast<double>(std::uint64_t{0x7ff8'0000'0000'0001}) : value;
}

// Adds a label from its unescaped texts.
void add_label(MessageWriter& parent, std::string_view name, std::string_view value);

// Adds all labels of an escaped text.
void add_labels(MessageWriter& parent, LabelView labels);

// Adds a time, unless there is none or it is before 1970.
void add_time(MessageWriter& parent, Tag tag, const Timestamp& at);

// Adds an exemplar, unless exemplar_error() rejects it.
void add_exemplar(MessageWriter& parent, Tag tag, const Exemplar& exemplar);

}  // namespace narthex::detail
