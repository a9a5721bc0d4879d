#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include <narthex/sink.h>

#include "formats/canonical_nan.h"
#include "formats/message_writer.h"

namespace narthex::detail {

// Parts of messages that several metric types share.

constexpr Tag kLabel = 1;  // of a metric and of an exemplar

// Adds a label from its unescaped texts.
void add_label(MessageWriter& parent, std::string_view name, std::string_view value);

// Adds all labels of an escaped text.
void add_labels(MessageWriter& parent, LabelView labels);

// The fields of a time. They are kept for the next time, because series that are created together have the same one: the
// clock ticks every few milliseconds.
class TimeFields {
 public:
  // The maximum size of a time, with the copy of all bytes.
  static constexpr std::size_t kMaxSize = kMaxKeySize + 1 + 24;

  // Writes a time, unless there is none or it is before 1970. Returns its end.
  char* put(char* to, Tag tag, const Timestamp& at) noexcept {
    if (!at || at->time_since_epoch().count() < 0) return to;
    if (at->time_since_epoch().count() != milliseconds_) set(at->time_since_epoch().count());
    to = put_key(to, tag, WireType::length);
    *to++ = static_cast<char>(size_);
    std::memcpy(to, bytes_.data(), bytes_.size());  // all bytes: a copy of fixed size is inlined
    return to + size_;
  }

 private:
  void set(std::int64_t milliseconds) noexcept;

  std::int64_t milliseconds_ = -1;
  std::size_t size_ = 0;
  std::array<char, 24> bytes_;  // the longest time has 15
};

// Adds a time, unless there is none or it is before 1970.
void add_time(MessageWriter& parent, Tag tag, const Timestamp& at);

// Adds an exemplar, unless exemplar_error() rejects it.
void add_exemplar(MessageWriter& parent, Tag tag, const Exemplar& exemplar);

}  // namespace narthex::detail
