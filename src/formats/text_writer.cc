#include "text_writer.h"

#include <cstring>
#include <limits>

#include <fmt/format.h>
#include <narthex/error.h>

#include "../escape.h"
#include "../sample_rules.h"
#include "../totals.h"
#include "number.h"

namespace narthex::detail {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::string_view type_word(MetricType type) {
  switch (type) {
    case MetricType::counter:
      return "counter";
    case MetricType::gauge:
    case MetricType::info:
    case MetricType::state_set:
      return "gauge";
    case MetricType::histogram:
    case MetricType::gauge_histogram:
      return "histogram";
    case MetricType::summary:
      return "summary";
    case MetricType::unknown:
      break;
  }
  return "untyped";
}

// Inline, for a call would take as long as the copying: names and labels are some ten to a hundred bytes.
inline char* put(char* to, std::string_view text) noexcept {
  constexpr std::size_t kPiece = 16;
  if (text.size() < kPiece) return to + text.copy(to, text.size());
  const char* const last = text.data() + text.size() - kPiece;
  char* const to_last = to + text.size() - kPiece;
  for (const char* from = text.data(); from < last; from += kPiece, to += kPiece) std::memcpy(to, from, kPiece);
  std::memcpy(to_last, last, kPiece);
  return to_last + kPiece;
}

// What a line can take beside its name, its labels and one that the format writes: braces, value, time, line end.
constexpr std::size_t kRestOfLine = 2 * kMaxNumberSize + 8;

}  // namespace

void TextWriter::begin_family(const FamilyInfo& family) {
  name_.clear();  // so that no sample of a family that is refused goes to the one before
  is_header_written_ = false;
  check_name(family);
  name_ = family.name;
  if (family.type == MetricType::info && !name_.ends_with("_info")) name_ += "_info";

  header_.clear();
  if (family.help) {
    header_ += "# HELP ";
    header_ += name_;
    header_ += ' ';
    if (is_plain(*family.help)) {
      header_ += *family.help;
    } else {
      append_help(header_, as_utf8(*family.help));
    }
    header_ += '\n';
  }
  header_ += "# TYPE ";
  header_ += name_;
  header_ += ' ';
  header_ += type_word(family.type);
  header_ += '\n';
}

inline void TextWriter::begin_sample(const Timestamp& at) {
  if (at) check_timestamp(name_, *at);
  if (!is_header_written_) write_header();
}

void TextWriter::write_header() {
  if (name_.empty()) throw RegistrationError("a sample came before its family was begun");
  stage_.finish_line(put(stage_.room(header_.size()), header_));
  is_header_written_ = true;
}

inline char* TextWriter::begin_line(std::string_view suffix, LabelView labels) {
  char* to = stage_.room(name_.size() + suffix.size() + labels.text().size() + kRestOfLine);
  to = put(to, name_);
  to = put(to, suffix);
  if (!labels.empty()) {
    *to++ = '{';
    to = put(to, labels.text());
    *to++ = '}';
  }
  *to++ = ' ';
  return to;
}

inline char* TextWriter::begin_line(NumberLabel& label, std::size_t position, double number, LabelView labels) {
  char* const to = put(stage_.room(start_.size() + NumberLabel::kMaxSize + kRestOfLine), start_);
  return label.write(to, position, number, labels.empty());
}

inline void TextWriter::end_line(char* value_end, const Timestamp& at) {
  if (at) {
    const fmt::format_int milliseconds(at->time_since_epoch().count());
    *value_end++ = ' ';
    value_end = put(value_end, {milliseconds.data(), milliseconds.size()});
  }
  *value_end++ = '\n';
  stage_.finish_line(value_end);
}

void TextWriter::single(LabelView labels, double value, const Timestamp& at) {
  begin_sample(at);
  end_line(write_number(begin_line({}, labels), value), at);
}

void TextWriter::sum_and_count(LabelView labels, double sum, std::uint64_t count, const Timestamp& at) {
  end_line(write_number(begin_line("_sum", labels), sum), at);
  end_line(write_count(begin_line("_count", labels), count), at);
}

void TextWriter::begin_lines(std::string_view suffix, LabelView labels) {
  start_ = name_;
  start_ += suffix;
  start_ += '{';
  start_ += labels.text();
}

void TextWriter::histogram(LabelView labels, const HistogramSample& sample, const Timestamp& at) {
  check_free("le", labels);
  begin_sample(at);
  begin_lines("_bucket", labels);
  std::size_t position = 0;
  const auto bucket = [&](double bound, std::uint64_t count) {
    end_line(write_count(begin_line(le_, position++, bound, labels), count), at);
  };
  for (const Bucket& b : sample.buckets) {
    if (b.upper_bound < kInfinity) bucket(b.upper_bound, b.cumulative_count);
  }
  bucket(kInfinity, sample.count);
  sum_and_count(labels, sample.sum, sample.count, at);
}

void TextWriter::gauge_histogram(LabelView labels, const HistogramSample& sample, const Timestamp& at) {
  histogram(labels, sample, at);
}

void TextWriter::summary(LabelView labels, const SummarySample& sample, const Timestamp& at) {
  check_free("quantile", labels);
  begin_sample(at);
  begin_lines({}, labels);
  for (std::size_t i = 0; i < sample.quantiles.size(); ++i) {
    const Quantile& q = sample.quantiles[i];
    end_line(write_number(begin_line(quantile_, i, q.quantile, labels), q.value), at);
  }
  sum_and_count(labels, sample.sum, sample.count, at);
}

void TextWriter::state_set(LabelView labels, std::span<const State> states, const Timestamp& at) {
  check_free(name_, labels);
  begin_lines({}, labels);
  if (!labels.empty()) start_ += ',';
  start_ += name_;
  start_ += "=\"";
  const std::size_t start_size = start_.size();
  for (const State& state : states) {
    begin_sample(at);
    start_.resize(start_size);
    append_label_value(start_, as_utf8(state.name));
    start_ += "\"} ";
    char* const to = put(stage_.room(start_.size() + kRestOfLine), start_);
    end_line(write_number(to, state.on ? 1 : 0), at);
  }
}

}  // namespace narthex::detail
