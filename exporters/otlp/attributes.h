#pragma once

#include <cstddef>
#include <string_view>

#include <narthex/labels.h>

#include "otlp/otlp_fields.h"
#include "push/byte_buffer.h"

namespace narthex::detail::otlp {

// Appends labels as attributes, each as a message KeyValue in the field `tag`, which is at most 15. A label with an
// empty value equals a missing one, and is left out.
void append_attributes(ByteBuffer& to, OtlpField tag, LabelView labels);

// Appends one attribute, also if its value is empty.
void append_attribute(ByteBuffer& to, OtlpField tag, std::string_view key, std::string_view value);

}  // namespace narthex::detail::otlp
