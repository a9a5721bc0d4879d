#include "otlp/otlp_exemplar.h"

#include <algorithm>
#include <cstdint>

#include <protozero/basic_pbf_writer.hpp>

#include "formats/canonical_nan.h"
#include "otlp/attributes.h"
#include "otlp/hex_digit.h"
#include "otlp/otlp_time.h"
#include "otlp/protozero_buffer.h"

namespace narthex::detail::otlp {

namespace {

constexpr std::size_t kTraceIdSize = 16;
constexpr std::size_t kSpanIdSize = 8;

}  // namespace

template <std::size_t N>
std::optional<std::array<char, N>> parse_id(std::string_view digits) noexcept {
  if (digits.size() != 2 * N) return std::nullopt;
  std::array<char, N> bytes{};
  for (std::size_t i = 0; i < N; ++i) {
    const unsigned high = hex_digit(digits[2 * i]);
    const unsigned low = hex_digit(digits[2 * i + 1]);
    if (high > 15 || low > 15) return std::nullopt;
    bytes[i] = static_cast<char>(high << 4 | low);
  }
  if (std::ranges::all_of(bytes, [](char byte) { return byte == 0; })) return std::nullopt;
  return bytes;
}

template std::optional<std::array<char, kTraceIdSize>> parse_id(std::string_view digits) noexcept;
template std::optional<std::array<char, kSpanIdSize>> parse_id(std::string_view digits) noexcept;

void append_exemplar(ByteBuffer& to, OtlpField tag, const Exemplar& exemplar) {
  const std::uint64_t time = nanoseconds_or_zero(exemplar.at);
  if (time == 0) return;
  std::optional<std::array<char, kTraceIdSize>> trace_id;
  std::optional<std::array<char, kSpanIdSize>> span_id;
  ByteBuffer attributes;
  for (const auto [name, value] : exemplar.labels) {
    if (name == "trace_id" && !trace_id && (trace_id = parse_id<kTraceIdSize>(value))) continue;
    if (name == "span_id" && !span_id && (span_id = parse_id<kSpanIdSize>(value))) continue;
    if (!value.empty()) append_attribute(attributes, exemplar_field::filtered_attributes, name, value);
  }
  protozero::basic_pbf_writer<ByteBuffer> parent(to);
  protozero::basic_pbf_writer<ByteBuffer> message(parent, tag);
  message.add_fixed64(exemplar_field::time, time);
  message.add_double(exemplar_field::as_double, canonical(exemplar.value));
  if (span_id) message.add_bytes(exemplar_field::span_id, span_id->data(), span_id->size());
  if (trace_id) message.add_bytes(exemplar_field::trace_id, trace_id->data(), trace_id->size());
  to.append(attributes.view());
}

}  // namespace narthex::detail::otlp
