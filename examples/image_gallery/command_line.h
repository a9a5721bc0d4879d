#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

namespace gallery {

/// An invalid command line. what() quotes the culprit.
class UsageError : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

/// The options of a program. An option that is given twice is applied twice.
class CommandLine {
 public:
  using Take = std::function<void(const std::string& value)>;

  /// `program` is the name of the program, `purpose` one sentence about it.
  CommandLine(std::string program, std::string purpose);

  /// Adds an option such as "--port PORT". `take` receives its value, and throws UsageError with the allowed values.
  void add(std::string name, std::string value, std::string help, Take take);

  /// Parses the command line. Returns false if it only requests --help. Throws UsageError.
  bool read(int argc, const char* const* argv) const;

  const std::string& program() const { return program_; }
  /// Returns the text of --help.
  std::string usage() const;

 private:
  struct Option {
    std::string name, value, help;
    Take take;
  };

  static void hand_over(const Option& option, const std::string& value);
  const Option& find(const std::string& name) const;

  std::string program_;
  std::string purpose_;
  std::vector<Option> options_;
};

/// Returns the port that the text spells. Throws UsageError.
int parse_port(const std::string& text);

/// Returns the ratio, from 0 to 1, that the text spells. Throws UsageError.
double parse_ratio(const std::string& text);

/// Returns a number from 0 to 4294967295. Throws UsageError.
std::uint32_t parse_whole(const std::string& text);

/// Returns a time such as "300ms" or "2s". Throws UsageError.
std::chrono::milliseconds parse_time(const std::string& text);

}  // namespace gallery
