#pragma once

#include <cctype>
#include <cmath>
#include <cstdlib>
#include <set>
#include <string>
#include <string_view>

#include "fuzz.h"

namespace narthex::fuzz {

// Reads a text in OpenMetrics 2.0 line by line, by the grammar of the standard, and aborts at the first invalid line.
class OpenMetrics2Lines {
 public:
  void read(std::string_view text) {
    constexpr std::string_view kEnd = "# EOF\n";
    demand(text.ends_with(kEnd), "the text has an end");
    text.remove_suffix(kEnd.size());
    while (!text.empty()) {
      const std::size_t end = text.find('\n');
      demand(end != std::string_view::npos, "the last line has an end");
      rest_ = text.substr(0, end);
      text.remove_prefix(end + 1);
      demand(is_text(rest_), "a line is UTF-8");
      if (accept("# ")) {
        metadata();
      } else {
        sample();
      }
      demand(rest_.empty(), "nothing follows a line");
    }
  }

 private:
  bool accept(std::string_view what) {
    if (!rest_.starts_with(what)) return false;
    rest_.remove_prefix(what.size());
    return true;
  }
  void expect(std::string_view what) { demand(accept(what), std::string(what).c_str()); }

  std::string word(std::string_view further) {
    std::string name;
    for (; !rest_.empty(); rest_.remove_prefix(1)) {
      const char c = rest_[0];
      const bool is_digit = std::isdigit(static_cast<unsigned char>(c)) != 0;
      const bool is_letter = std::isalpha(static_cast<unsigned char>(c)) != 0 || further.find(c) != std::string::npos;
      if (!is_letter && (!is_digit || name.empty())) break;
      name += c;
    }
    demand(!name.empty(), "a bare name is one");
    return name;
  }

  std::string quoted() {
    std::string text;
    expect("\"");
    while (!accept("\"")) {
      demand(!rest_.empty(), "a quote ends");
      if (rest_[0] == '\\') {
        rest_.remove_prefix(1);
        demand(!rest_.empty() && std::string_view("\\\"n").find(rest_[0]) != std::string_view::npos,
               "an escape is known");
      }
      text += rest_[0];
      rest_.remove_prefix(1);
    }
    return text;
  }
  std::string name(std::string_view further) { return rest_.starts_with('"') ? quoted() : word(further); }

  // The characters of a number.
  std::string token() {
    const std::string text(rest_.substr(0, rest_.find_first_of(",:]} ")));
    rest_.remove_prefix(text.size());
    return text;
  }
  double number() {
    const std::string text = token();
    if (text == "NaN") return std::nan("");
    if (text == "+Inf" || text == "-Inf") return text[0] == '+' ? HUGE_VAL : -HUGE_VAL;
    demand(!text.empty() && text.find_first_not_of("0123456789.e+-") == std::string::npos, "a number is decimal");
    demand(text.find_first_of(".e") != std::string::npos, "a float has a point or an exponent");
    char* end = nullptr;
    const double value = std::strtod(text.c_str(), &end);
    demand(std::isfinite(value) && *end == '\0', "a number is one");
    return value;
  }
  double count() {
    const std::string text = token();
    demand(!text.empty() && text.find_first_not_of("0123456789") == std::string::npos, "a count has digits");
    return std::strtod(text.c_str(), nullptr);
  }
  double integer() {
    const double sign = accept("-") ? -1 : 1;
    return sign * count();
  }
  void time() {
    const std::string text = token();
    demand(!text.empty() && text.find_first_not_of("0123456789.") == std::string::npos, "a time is decimal");
  }

  // # TYPE name word, # UNIT name word, # HELP name text, in this order.
  void metadata() {
    const int keyword = accept("TYPE ") ? 1 : accept("UNIT ") ? 2 : accept("HELP ") ? 3 : 0;
    demand(keyword != 0, "a comment is metadata");
    const std::string family = name("_:");
    expect(" ");
    if (keyword == 1) {
      demand(families_.insert(family).second, "a family stands there once");
      family_ = family;
      last_keyword_ = 0;
      type_ = rest_;
      static const std::set<std::string_view> kTypes{"counter", "gauge",          "histogram", "summary",
                                                     "unknown", "gaugehistogram", "stateset",  "info"};
      demand(kTypes.contains(type_), "the type is known");
      demand(type_ != "info" || family.ends_with("_info"), "an info ends with _info");
    }
    demand(family == family_ && last_keyword_ < keyword, "metadata is in order");
    demand(keyword != 2 || (type_ != "info" && type_ != "stateset"), "an info and a state set have no unit");
    last_keyword_ = keyword;
    rest_ = {};
  }

  std::set<std::string> labels(bool is_first) {
    std::set<std::string> names;
    while (!accept("}")) {
      if (!is_first) expect(",");
      is_first = false;
      demand(names.insert(name("_")).second, "a label stands there once");
      expect("=");
      quoted();
    }
    return names;
  }

  void sample() {
    const std::string_view line = rest_;
    const bool is_quoted = accept("{");
    const std::string family = is_quoted ? quoted() : word("_:");
    demand(family == family_, "a sample has the name of the family before");
    const std::set<std::string> names = is_quoted || accept("{") ? labels(!is_quoted) : std::set<std::string>();
    demand(series_.insert(std::string(line.substr(0, line.size() - rest_.size()))).second,
           "a series stands there once");
    expect(" ");
    last_keyword_ = 4;
    if (type_ == "histogram" || type_ == "gaugehistogram") {
      demand(!names.contains("le"), "a histogram has no label le");
      histogram(type_ == "histogram" ? "" : "g");
    } else if (type_ == "summary") {
      demand(!names.contains("quantile"), "a summary has no label quantile");
      summary();
    } else if (type_ == "info") {
      expect("1");
    } else if (type_ == "stateset") {
      demand(names.contains(family), "a state has its label");
      demand(accept("1") || accept("0"), "a state is 0 or 1");
    } else {
      const double value = number();
      demand(type_ != "counter" || value >= 0, "a counter is not negative");
    }
    if (rest_.starts_with(" ") && !rest_.starts_with(" st@") && !rest_.starts_with(" #")) {
      expect(" ");
      time();
    }
    if (accept(" st@")) {
      demand(type_ == "counter" || type_ == "histogram" || type_ == "summary", "the type has a start time");
      time();
    }
    while (accept(" # {")) {
      labels(true);
      expect(" ");
      number();
      expect(" ");
      time();
    }
  }

  // Takes `key:value` elements up to `]`; returns the number of them.
  template <class Key, class Value>
  int elements(Key key, Value value) {
    int taken = 0;
    for (; !accept("]"); ++taken) {
      if (taken != 0) expect(",");
      key();
      expect(":");
      value();
    }
    return taken;
  }

  void histogram(std::string_view prefix) {
    expect("{" + std::string(prefix) + "count:");
    const double total = count();
    expect("," + std::string(prefix) + "sum:");
    const double sum = number();
    const bool is_native = accept(",schema:");
    if (is_native) native(total, sum);
    if (!is_native || !rest_.starts_with("}")) {
      expect(",bucket:[");
      double bound = -HUGE_VAL;
      double cumulative = 0;
      bool is_first = true;
      elements(
          [&] {
            const double next = number();
            demand(is_first || next > bound, "bounds increase");
            is_first = false;
            bound = next;
          },
          [&] {
            const double next = count();
            demand(next >= cumulative, "buckets are cumulative");
            cumulative = next;
          });
      demand(bound == HUGE_VAL && cumulative == total, "the +Inf bucket has the count");
    }
    expect("}");
  }

  void native(double total, double sum) {
    const double schema = integer();
    demand(schema >= -4 && schema <= 8, "the schema is from -4 to 8");
    expect(",zero_threshold:");
    demand(number() >= 0, "the zero threshold is not negative");
    expect(",zero_count:");
    double in_buckets = count();
    for (const std::string side : {"negative", "positive"}) {
      if (!accept("," + side + "_spans:[")) continue;
      double length = 0;
      bool is_first = true;
      elements([&] { demand(integer() >= 0 || is_first, "later offsets are not negative"); },
               [&] {
                 length += count();
                 is_first = false;
               });
      expect("," + side + "_buckets:[");
      double buckets = 0;
      for (; !accept("]"); ++buckets) {
        if (buckets != 0) expect(",");
        in_buckets += count();
      }
      demand(buckets == length, "the spans have as many buckets as there are");
    }
    demand(in_buckets == total || (std::isnan(sum) && in_buckets < total), "the buckets have all observations");
  }

  void summary() {
    expect("{count:");
    count();
    expect(",sum:");
    number();
    expect(",quantile:[");
    double quantile = -1;
    elements(
        [&] {
          const double next = number();
          demand(next > quantile && next <= 1, "quantiles increase");
          quantile = next;
        },
        [&] { number(); });
    expect("}");
  }

  std::string_view rest_;  // of the line
  std::string family_;
  std::string type_;
  int last_keyword_ = 0;  // of the family: 1 TYPE, 2 UNIT, 3 HELP, 4 samples
  std::set<std::string> families_;
  std::set<std::string> series_;
};

}  // namespace narthex::fuzz
