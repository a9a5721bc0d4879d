#include "otlp/otlp_reply.h"

#include <algorithm>

#include <fmt/format.h>
#include <protozero/pbf_reader.hpp>

#include "otlp/otlp_fields.h"
#include "push/delivery.h"

namespace narthex::detail::otlp {

namespace {

// Calls take(field) for each field of a message until the end, or until the message is not valid. Returns whether it is
// valid.
template <class Take>
bool read_fields(std::string_view message, Take take) try {
  for (protozero::pbf_reader field(message.data(), message.size()); field.next();) {
    if (!take(field)) field.skip();
  }
  return true;
} catch (const protozero::exception&) {
  return false;
}

bool is(const protozero::pbf_reader& field, OtlpField number, protozero::pbf_wire_type type) {
  return field.tag() == number && field.wire_type() == type;
}

bool is_text(const protozero::pbf_reader& field, OtlpField number) {
  return is(field, number, protozero::pbf_wire_type::length_delimited);
}

std::string_view view_of(protozero::pbf_reader& field) {
  const protozero::data_view view = field.get_view();
  return {view.data(), view.size()};
}

}  // namespace

PartialSuccess parse_partial_success(std::string_view body) {
  PartialSuccess partial;
  const bool is_valid = read_fields(body, [&](protozero::pbf_reader& field) {
    if (!is_text(field, response_field::partial_success)) return false;
    const bool is_inner_valid = read_fields(view_of(field), [&](protozero::pbf_reader& inner) {
      if (is(inner, partial_success_field::rejected_data_points, protozero::pbf_wire_type::varint)) {
        partial.rejected_points = static_cast<std::uint64_t>(std::max<std::int64_t>(inner.get_int64(), 0));
      } else if (is_text(inner, partial_success_field::error_message)) {
        partial.message = view_of(inner);
      } else {
        return false;
      }
      return true;
    });
    if (!is_inner_valid) throw protozero::end_of_buffer_exception();
    return true;
  });
  return is_valid ? partial : PartialSuccess();
}

std::string describe_error(const HttpReply& reply) {
  if (reply.is_too_long) return fmt::format("HTTP status {}: the reply is larger than 4 MiB", reply.status);
  const auto type = reply.header("content-type");
  if (reply.status == 0 || !type || !type->starts_with("application/x-protobuf")) return describe(reply);
  HttpReply shown{.status = reply.status};
  read_fields(reply.body, [&](protozero::pbf_reader& field) {
    if (!is_text(field, status_field::message)) return false;
    shown.body = view_of(field);
    return true;
  });
  return describe(shown);
}

}  // namespace narthex::detail::otlp
