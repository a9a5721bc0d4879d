#include "text_sample.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <system_error>
#include <utility>

#include <narthex/detail/parse_double.h>

namespace narthex::detail {

namespace {

constexpr std::string_view kBlanks = " \t";
constexpr std::string_view kEndsOfName("{ \t\0", 4);  // a name that contains NUL makes the line invalid
constexpr std::string_view kEndsOfLabelName("=, \t}\0", 6);

void skip_blanks(std::string_view& text) { text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size())); }

// Takes what comes before the first of the characters that end it; blanks around it do not count.
std::string_view take_until(std::string_view& text, std::string_view ends) {
  skip_blanks(text);
  const std::string_view taken = text.substr(0, text.find_first_of(ends));
  text.remove_prefix(taken.size());
  skip_blanks(text);
  return taken;
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  skip_blanks(text);
  return true;
}

// Takes a label value up to the quote behind it.
std::optional<std::string> take_value(std::string_view& text) {
  std::string value;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') {
      text.remove_prefix(i + 1);
      skip_blanks(text);
      return value;
    }
    if (text[i] != '\\') {
      value += text[i];
    } else if (++i < text.size()) {
      value += text[i] == 'n' ? '\n' : text[i];
    }
  }
  return std::nullopt;
}

// Takes labels up to the brace behind them.
std::optional<Labels> take_labels(std::string_view& text) {
  Labels labels;
  while (!take(text, '}')) {
    const std::string_view name = take_until(text, kEndsOfLabelName);
    if (name.empty() || !take(text, '=') || !text.starts_with('"')) return std::nullopt;
    text.remove_prefix(1);
    std::optional<std::string> value = take_value(text);
    if (!value) return std::nullopt;
    labels.emplace_back(name, *std::move(value));
    if (!take(text, ',') && !text.starts_with('}')) return std::nullopt;
  }
  std::ranges::sort(labels);
  return labels;
}

}  // namespace

std::optional<double> parse_number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = parse_double(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string_view take_word(std::string_view& text) { return take_until(text, kBlanks); }

std::optional<TextSample> read_sample(std::string_view line) {
  TextSample sample;
  sample.name = take_until(line, kEndsOfName);
  if (sample.name.empty() || sample.name.starts_with('#')) return std::nullopt;
  if (take(line, '{')) {
    std::optional<Labels> labels = take_labels(line);
    if (!labels) return std::nullopt;
    sample.labels = *std::move(labels);
  }
  const std::optional<double> value = parse_number(take_word(line));
  if (!value) return std::nullopt;
  sample.value = *value;
  sample.timestamp = take_word(line);
  if (!line.empty()) return std::nullopt;
  return sample;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    skip_blanks(line);
    if (!line.empty()) lines.push_back(line);
  }
  return lines;
}

}  // namespace narthex::detail
