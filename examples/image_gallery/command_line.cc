#include "command_line.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <limits>
#include <system_error>
#include <utility>

namespace gallery {

namespace {

// Returns the number that the whole text spells. Throws UsageError, with the allowed range, if it is outside of the
// range.
template <class Number>
Number parse_number(const std::string& text, Number least, Number most, const std::string& right) {
  Number number{};
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || rest != end || !(number >= least && number <= most)) throw UsageError(right);
  return number;
}

std::string line_of_help(std::string words, const std::string& help) {
  constexpr std::size_t kWidth = 24;
  words.resize(std::max(words.size() + 1, kWidth), ' ');
  return "  " + words + help + "\n";
}

}  // namespace

CommandLine::CommandLine(std::string program, std::string purpose)
    : program_(std::move(program)), purpose_(std::move(purpose)) {}

void CommandLine::add(std::string name, std::string value, std::string help, Take take) {
  options_.push_back({std::move(name), std::move(value), std::move(help), std::move(take)});
}

bool CommandLine::read(int argc, const char* const* argv) const {
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--help") return false;
    const Option& option = find(name);
    const std::string value = ++i < argc ? argv[i] : "";
    if (value.empty()) throw UsageError("'" + name + "' wants a value");
    hand_over(option, value);
  }
  return true;
}

std::string CommandLine::usage() const {
  std::string first = "usage: " + program_;
  std::string rest;
  for (const Option& option : options_) {
    const std::string words = option.name + " " + option.value;
    first.append(" [").append(words).append("]");
    rest += line_of_help(words, option.help);
  }
  return first + "\n\n" + purpose_ + "\n\n" + rest + line_of_help("--help", "prints this");
}

void CommandLine::hand_over(const Option& option, const std::string& value) try {
  option.take(value);
} catch (const UsageError& error) {
  throw UsageError(option.name + " '" + value + "': " + error.what());
}

const CommandLine::Option& CommandLine::find(const std::string& name) const {
  const auto found =
      std::find_if(options_.begin(), options_.end(), [&](const Option& option) { return option.name == name; });
  if (found == options_.end()) throw UsageError("'" + name + "' is not an option");
  return *found;
}

int parse_port(const std::string& text) { return parse_number(text, 0, 65535, "a port is a number from 0 to 65535"); }

double parse_ratio(const std::string& text) { return parse_number(text, 0.0, 1.0, "a ratio is a number from 0 to 1"); }

std::uint32_t parse_whole(const std::string& text) {
  constexpr std::uint32_t kMost = std::numeric_limits<std::uint32_t>::max();
  return parse_number(text, std::uint32_t{0}, kMost, "it is a whole number, up to " + std::to_string(kMost));
}

std::chrono::milliseconds parse_time(const std::string& text) {
  const std::string right = "a time is a whole number with its unit, such as 300ms or 2s, up to 3600s";
  const std::size_t unit = std::min(text.find_first_not_of("0123456789"), text.size());
  const bool seconds = text.substr(unit) == "s";
  if (!seconds && text.substr(unit) != "ms") throw UsageError(right);
  const int factor = seconds ? 1000 : 1;
  return std::chrono::milliseconds(factor * parse_number(text.substr(0, unit), 0, 3'600'000 / factor, right));
}

}  // namespace gallery
