#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include <narthex/sink.h>

#include "otlp/otlp_fields.h"
#include "push/byte_buffer.h"

namespace narthex::detail::otlp {

// Returns the bytes of an identifier of a trace (16 bytes) or of a span (8 bytes), from hex digits of either case.
// Nothing if there are other characters, another number of them, or only zeros.
template <std::size_t N>
std::optional<std::array<char, N>> parse_id(std::string_view digits) noexcept;

// Appends an exemplar in the field `tag`. Its labels trace_id and span_id become the identifiers if they are valid, and
// the others become attributes. An exemplar without a time is left out, because the time is required.
void append_exemplar(ByteBuffer& to, OtlpField tag, const Exemplar& exemplar);

}  // namespace narthex::detail::otlp
