#pragma once

#include <cctype>
#include <cmath>
#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "fuzz.h"

namespace narthex::fuzz {

// Reads a text in the formats text 0.0.4 and 1.0.0 line by line, more strictly than Prometheus, and aborts at
// the first invalid line.
class TextLines {
 public:
  // Reads all lines of an exposition.
  void read(std::string_view text) {
    while (!text.empty()) {
      const std::size_t end = text.find('\n');
      demand(end != std::string_view::npos, "the last line has an end");
      rest_ = text.substr(0, end);
      text.remove_prefix(end + 1);
      demand(is_text(rest_), "a line is UTF-8");
      if (rest_.starts_with('#')) {
        metadata();
      } else {
        sample();
      }
    }
  }

  // The series in the order of the text, with the labels as spelled there.
  std::size_t series() const noexcept { return series_.size(); }

 private:
  static bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_'; }
  static bool is_word(char c) { return is_letter(c) || std::isdigit(static_cast<unsigned char>(c)) != 0; }

  bool accept(std::string_view what) {
    if (!rest_.starts_with(what)) return false;
    rest_.remove_prefix(what.size());
    return true;
  }

  std::string word(bool may_have_colon) {
    std::string name;
    while (!rest_.empty() && (is_word(rest_[0]) || (may_have_colon && rest_[0] == ':'))) {
      name += rest_[0];
      rest_.remove_prefix(1);
    }
    demand(!name.empty() && std::isdigit(static_cast<unsigned char>(name[0])) == 0, "a bare name is one");
    return name;
  }

  std::string quoted() {
    demand(accept("\""), "a quote begins");
    std::string text;
    while (!accept("\"")) {
      demand(!rest_.empty(), "a quote ends");
      if (accept("\\")) {
        demand(!rest_.empty() && std::string_view("\\\"n").find(rest_[0]) != std::string_view::npos,
               "an escape is known");
        text += rest_[0] == 'n' ? '\n' : rest_[0];
      } else {
        text += rest_[0];
      }
      rest_.remove_prefix(1);
    }
    return text;
  }

  // # HELP name text, # TYPE name word
  void metadata() {
    const bool is_help = accept("# HELP ");
    demand(is_help || accept("# TYPE "), "a comment is metadata");
    const std::string name = rest_.starts_with('"') ? quoted() : word(true);
    demand(accept(" "), "a blank follows the name");
    demand((is_help ? helps_ : types_).insert(name).second, "metadata stands there once");
    demand(!is_help || !types_.contains(name), "the help comes before the type");
    if (is_help) {
      for (std::size_t i = rest_.find('\\'); i != std::string_view::npos; i = rest_.find('\\', i + 2)) {
        demand(i + 1 < rest_.size() && (rest_[i + 1] == 'n' || rest_[i + 1] == '\\'), "an escape in a help is known");
      }
    } else {
      static const std::set<std::string_view> kTypes{"counter", "gauge", "histogram", "summary", "untyped"};
      demand(kTypes.contains(rest_), "the type is known");
      family_ = name;
    }
  }

  // name{label="value",...} value [timestamp]
  void sample() {
    const std::string_view line = rest_;
    std::string name = rest_.starts_with('{') ? "" : word(true);
    std::set<std::string> labels;
    if (accept("{")) {
      if (name.empty()) name = quoted();
      bool is_first = line[0] != '{';
      while (!accept("}")) {
        demand(std::exchange(is_first, false) || accept(","), "a comma stands between labels");
        const std::string label = rest_.starts_with('"') ? quoted() : word(false);
        demand(labels.insert(label).second, "a label stands there once");
        demand(accept("="), "a label has a value");
        quoted();
      }
      demand(line[0] == '{' || !labels.empty(), "braces have labels");
    }
    demand(name == family_ || (name.starts_with(family_) && is_suffix(name.substr(family_.size()))),
           "a sample belongs to the family before");
    demand(series_.insert(std::string(line.substr(0, line.size() - rest_.size()))).second,
           "a series stands there once");
    demand(accept(" "), "a blank stands before the value");
    value();
    if (accept(" ")) {
      demand(!rest_.empty() && rest_.find_first_not_of("0123456789") == std::string_view::npos, "a time has digits");
    } else {
      demand(rest_.empty(), "nothing follows the value");
    }
  }

  static bool is_suffix(std::string_view end) { return end == "_bucket" || end == "_sum" || end == "_count"; }

  void value() {
    const std::string text(rest_.substr(0, rest_.find(' ')));
    rest_.remove_prefix(text.size());
    if (text == "NaN" || text == "+Inf" || text == "-Inf") return;
    demand(!text.empty() && text.find_first_not_of("0123456789.e+-") == std::string::npos, "a value is decimal");
    char* end = nullptr;
    demand(std::isfinite(std::strtod(text.c_str(), &end)) && *end == '\0', "a value is a number");
  }

  std::string_view rest_;  // of the line
  std::string family_;
  std::set<std::string> helps_;
  std::set<std::string> types_;
  std::set<std::string> series_;
};

}  // namespace narthex::fuzz
