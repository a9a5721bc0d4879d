#include "formats/protobuf_parts.h"

#include <fmt/format.h>

#include "model/escape.h"
#include "model/label_cursor.h"
#include "model/sample_rules.h"

namespace narthex::detail {

namespace {

namespace label_field {
enum : Tag { name = 1, value };
}
namespace time_field {
enum : Tag { seconds = 1, nanos };
}
namespace exemplar_field {
enum : Tag { label = 1, value, timestamp };
}

}  // namespace

void add_label(MessageWriter& parent, Tag tag, std::string_view name, std::string_view value) {
  MessageWriter label(parent, tag);
  label.add_string(label_field::name, name.data(), name.size());
  label.add_string(label_field::value, value.data(), value.size());
}

void add_labels(MessageWriter& parent, Tag tag, LabelView labels) {
  const bool is_escaped = labels.text().find('\\') != std::string_view::npos;
  fmt::memory_buffer name;  // on the stack up to 500 bytes
  fmt::memory_buffer value;
  for (LabelCursor label(labels); label.next();) {
    if (!is_escaped) {
      add_label(parent, tag, label.name(), label.value());
      continue;
    }
    name.clear();
    value.clear();
    append_unescaped(name, label.name());
    append_unescaped(value, label.value());
    add_label(parent, tag, {name.data(), name.size()}, {value.data(), value.size()});
  }
}

void add_time(MessageWriter& parent, Tag tag, const Timestamp& at) {
  if (!at) return;
  const std::int64_t milliseconds = at->time_since_epoch().count();
  if (milliseconds < 0) return;
  const std::int64_t seconds = milliseconds / 1000;
  const auto nanos = static_cast<std::int32_t>(milliseconds % 1000 * 1'000'000);
  MessageWriter time(parent, tag);
  time.add_int64(time_field::seconds, seconds);
  time.add_int32(time_field::nanos, nanos);
}

void add_exemplar(MessageWriter& parent, Tag tag, const Exemplar& exemplar) {
  if (!exemplar_error(exemplar).empty()) return;
  MessageWriter message(parent, tag);
  add_labels(message, exemplar_field::label, exemplar.labels);
  message.add_double(exemplar_field::value, canonical(exemplar.value));
  add_time(message, exemplar_field::timestamp, exemplar.at);
}

}  // namespace narthex::detail
