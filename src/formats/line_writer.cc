#include "formats/line_writer.h"

#include <narthex/error.h>

#include "base/totals.h"
#include "model/escape.h"
#include "model/names.h"
#include "model/sample_rules.h"

namespace narthex::detail {

void LineWriter::end_family() noexcept {
  plain_name_.clear();
  is_header_written_ = false;
}

void LineWriter::begin_family(std::string_view name, std::string_view ending) {
  plain_name_ = name;
  plain_name_ += ending;
  is_header_written_ = false;
  metadata_.clear();
  is_quoted_ = !is_legacy_metric_name(plain_name_);
  name_.clear();
  if (is_quoted_) {
    name_ += "{\"";
    append_label_value(name_, plain_name_);
  } else {
    name_ += plain_name_;
  }
}

void LineWriter::add_metadata(std::string_view keyword, std::string_view text) {
  const std::string_view name = is_quoted_ ? std::string_view(name_).substr(1) : std::string_view(name_);  // no brace
  const std::string_view end_of_name = is_quoted_ ? "\" " : " ";
  const std::size_t size = metadata_.size();
  metadata_.resize(size + sizeof "#  \n" - 1 + keyword.size() + name.size() + end_of_name.size() + text.size());
  char* to = put(put(metadata_.data() + size, "# "), keyword);
  to = put(put(put(to, " "), name), end_of_name);
  put(put(to, text), "\n");
}

void LineWriter::set_time(Timestamp::value_type at) {
  check_timestamp(plain_name_, at);
  time_[0] = ' ';
  const char* const end = write_time_(time_ + 1, static_cast<std::uint64_t>(at.time_since_epoch().count()));
  time_size_ = static_cast<std::size_t>(end - time_);
}

void LineWriter::write_header() {
  if (plain_name_.empty()) refuse_sample_without_family();
  buffer_.finish_line(put(buffer_.reserve(metadata_.size()), metadata_));
  start_of_labels_ = name_;
  start_of_labels_ += is_quoted_ ? "\"," : "{";
  is_header_written_ = true;
}

char* LineWriter::begin_line(std::string_view suffix, LabelView labels, std::size_t further_room) {
  char* to = buffer_.reserve(name_.size() + suffix.size() + labels.text().size() + kRestOfLine + further_room);
  to = put(put(to, name_), suffix);
  if (is_quoted_) to = put(to, "\"");
  if (!labels.empty()) {
    *to++ = is_quoted_ ? ',' : '{';
    to = put(to, labels.text());
  }
  if (is_quoted_ || !labels.empty()) *to++ = '}';
  *to++ = ' ';
  return to;
}

void LineWriter::begin_lines(std::string_view suffix, LabelView labels) {
  start_ = name_;
  start_ += suffix;
  is_first_label_ = !is_quoted_ && labels.empty();
  if (is_quoted_) start_ += '"';
  if (!is_quoted_ || !labels.empty()) start_ += is_quoted_ ? ',' : '{';
  start_ += labels.text();
}

void LineWriter::float_sample(LabelView labels, double value, const Timestamp& at) {
  begin_sample(at);
  end_line(write_float(begin_line(labels), value));
}

void LineWriter::state_set(LabelView labels, std::span<const State> states) {
  begin_lines({}, labels);
  if (!is_first_label_) start_ += ',';
  append_label_name(start_, plain_name_);
  start_ += "=\"";
  const std::size_t start_size = start_.size();
  for (const State& state : states) {
    start_.resize(start_size);
    append_label_value(start_, as_utf8(state.name));
    start_ += "\"} ";
    char* const to = put(buffer_.reserve(start_.size() + kRestOfLine), start_);
    end_line(put(to, state.on ? "1" : "0"));
  }
}

}  // namespace narthex::detail
