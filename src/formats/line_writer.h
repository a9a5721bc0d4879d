#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <narthex/sink.h>

#include "base/bytes.h"
#include "base/number.h"
#include "formats/line_buffer.h"
#include "formats/number_text.h"

namespace narthex::detail {

// Writes the lines of a text format, before and after their values:
//
//   name_suffix{labels,le="0.5"} value time
//   {"na.me_suffix",labels,le="0.5"} value time     a name outside the legacy character set is quoted in the braces
//
// The maximum size of a line is known before it begins: the name, the labels, and kRestOfLine.
class LineWriter {
 public:
  using WriteTime = char* (*)(char* to, std::uint64_t milliseconds) noexcept;

  LineWriter(Output& out, WriteTime write_time) : buffer_(out), write_time_(write_time) {}

  // Ends the family: a sample before the next begin_family() is an error.
  void end_family() noexcept;

  // Begins a family. Its name, in two parts, is the start of the names of its samples. The lines of its metadata are
  // written with its first sample.
  void begin_family(std::string_view name, std::string_view ending = {});
  void add_metadata(std::string_view keyword, std::string_view text);
  // Appends a suffix to the names of all samples, but not of the metadata.
  void end_metadata(std::string_view suffix) { name_ += suffix; }

  std::string_view name() const noexcept { return plain_name_; }

  // Begins the lines of one sample, which have its time. Throws SampleError for an invalid time (sample_rules.h).
  void begin_sample(const Timestamp& at) {
    time_size_ = 0;
    if (at) set_time(*at);
    if (!is_header_written_) write_header();
  }

  // Writes a line without a suffix before its value.
  char* begin_line(LabelView labels, std::size_t further_room = 0) {
    if (labels.empty()) return begin_line({}, labels, further_room);
    char* to = buffer_.reserve(start_of_labels_.size() + labels.text().size() + kRestOfLine + further_room);
    to = put(put(to, start_of_labels_), labels.text());
    return put(to, "} ");
  }

  // Writes a line before its value.
  char* begin_line(std::string_view suffix, LabelView labels, std::size_t further_room = 0);

  // The same for lines that differ only in their last label, after begin_lines().
  void begin_lines(std::string_view suffix, LabelView labels);
  char* begin_line(NumberText& label, std::size_t position, double number, std::size_t further_room = 0) {
    char* const to = put(buffer_.reserve(start_.size() + NumberText::kMaxSize + kRestOfLine + further_room), start_);
    return label.write(to, position, number, is_first_label_);
  }

  // Writes the time after a value. The caller may write more and must then call finish_line().
  char* end_value(char* value_end) const noexcept {
    return time_size_ == 0 ? value_end : put(value_end, {time_, time_size_});
  }
  void finish_line(char* end) noexcept {
    *end++ = '\n';
    buffer_.finish_line(end);
  }

  void end_line(char* value_end) noexcept { finish_line(end_value(value_end)); }

  // A sample that is one line, in the formats that write each value with a point (write_float).
  void float_sample(LabelView labels, double value, const Timestamp& at);

  // All lines of a state set.
  void state_set(LabelView labels, std::span<const State> states);

  // A line on its own.
  void line(std::string_view text) { finish_line(put(buffer_.reserve(text.size() + 1), text)); }

  void flush() { buffer_.flush(); }

 private:
  // The maximum size of a line without name, labels, and the label of the format: braces, value, time, line end.
  static constexpr std::size_t kRestOfLine = 2 * kMaxNumberSize + 8;

  void set_time(Timestamp::value_type at);
  void write_header();

  LineBuffer buffer_;
  const WriteTime write_time_;
  std::string plain_name_;       // of the current family; empty: none
  std::string name_;             // the start of its samples: name, or {"name
  std::string start_of_labels_;  // name{, or {"name",
  std::string metadata_;         // lines that are written with its first sample
  std::string start_;            // the common start of lines that differ in their last label: `name_bucket{labels`
  char time_[1 + kMaxNumberSize];
  std::size_t time_size_ = 0;  // 0: none
  bool is_quoted_ = false;
  bool is_first_label_ = false;  // whether the label after start_ is the first one
  bool is_header_written_ = false;
};

}  // namespace narthex::detail
