#include <narthex/detail/text_difference.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <optional>
#include <unordered_map>
#include <vector>

#include "text_sample.h"

namespace narthex::detail {

namespace {

// In no text that is UTF-8, so it ends each part of a key.
constexpr char kEnd = '\xff';

// A line with what it is compared by.
struct Line {
  std::string_view text;
  std::string name;     // of its metric; of a comment with its first two words: `# HELP jobs_total`
  std::string subject;  // the name with all labels, in order
  std::string key;      // the same for lines that say the same
};

std::string spelled(double value) {
  std::array<char, 32> digits{};
  return {digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr};
}

Line comment(std::string_view text) {
  std::string_view rest = text;
  std::string name;
  for (int words = 0; words < 3; ++words) {
    name += take_word(rest);
    name += ' ';
  }
  return {text, name, name, std::string(text)};
}

Line line_of(std::string_view text) {
  const std::optional<TextSample> sample = read_sample(text);
  if (!sample) return comment(text);
  Line line{text, std::string(sample->name), {}, {}};
  line.subject = line.name + kEnd;
  for (const auto& [name, value] : sample->labels) ((line.subject += name) += kEnd) += value + kEnd;
  ((line.key = line.subject) += spelled(sample->value)) += kEnd;
  line.key += sample->timestamp;
  return line;
}

std::vector<Line> read_lines(std::string_view text) {
  std::vector<Line> lines;
  for (const std::string_view line : lines_of(text)) lines.push_back(line_of(line));
  return lines;
}

// Returns the lines that are not among others; one that is there twice needs to be there twice.
std::vector<const Line*> without(const std::vector<Line>& lines, const std::vector<Line>& others) {
  std::unordered_map<std::string_view, std::size_t> known;
  for (const Line& other : others) ++known[other.key];
  std::vector<const Line*> rest;
  for (const Line& line : lines) {
    std::size_t& left = known[line.key];
    if (left == 0) {
      rest.push_back(&line);
    } else {
      --left;
    }
  }
  return rest;
}

void append(std::string& out, char sign, std::string_view text) {
  out += '\n';
  out += sign;
  out += ' ';
  out += text;
}

// Shows every missing line, and behind it those that say something else about the same; the other ones come last.
std::string shown(const std::vector<const Line*>& missing, const std::vector<const Line*>& unexpected) {
  std::unordered_map<std::string_view, std::vector<const Line*>> by_subject;
  for (const Line* line : unexpected) by_subject[line->subject].push_back(line);
  std::string out;
  const auto append_those_about = [&](std::string_view subject) {
    const auto lines = by_subject.extract(subject);
    if (lines.empty()) return;
    for (const Line* line : lines.mapped()) append(out, '+', line->text);
  };
  for (const Line* line : missing) {
    append(out, '-', line->text);
    append_those_about(line->subject);
  }
  for (const Line* line : unexpected) append_those_about(line->subject);
  return out;
}

std::string first_in_another_place(const std::vector<Line>& actual, const std::vector<Line>& expected) {
  const auto [found, wanted] = std::ranges::mismatch(actual, expected, {}, &Line::key, &Line::key);
  if (wanted == expected.end()) return {};
  std::string out = "which has these lines in another order, from here on:";
  append(out, '-', wanted->text);
  append(out, '+', found->text);
  return out;
}

}  // namespace

std::string difference_of_lines(std::string_view actual, std::string_view expected) {
  const std::vector<Line> actual_lines = read_lines(actual);
  const std::vector<Line> expected_lines = read_lines(expected);
  const auto missing = without(expected_lines, actual_lines);
  const auto unexpected = without(actual_lines, expected_lines);
  if (missing.empty() && unexpected.empty()) return first_in_another_place(actual_lines, expected_lines);
  return "which differs: missing (-), not expected (+)" + shown(missing, unexpected);
}

std::string missing_lines(std::string_view actual, std::string_view expected) {
  const std::vector<Line> actual_lines = read_lines(actual);
  const std::vector<Line> expected_lines = read_lines(expected);
  if (expected_lines.empty()) return "but the expected text has no lines";
  const auto missing = without(expected_lines, actual_lines);
  if (missing.empty()) return {};
  std::vector<const Line*> instead;
  for (const Line* line : missing) {
    const auto add_those_with = [&](auto same) {
      const std::size_t before = instead.size();
      for (const Line& other : actual_lines) {
        if (other.*same == line->*same) instead.push_back(&other);
      }
      return instead.size() > before;
    };
    if (!add_those_with(&Line::subject)) add_those_with(&Line::name);
  }
  std::ranges::sort(instead);
  instead.erase(std::unique(instead.begin(), instead.end()), instead.end());
  return "which lacks lines (-), and has instead (+)" + shown(missing, instead);
}

}  // namespace narthex::detail
