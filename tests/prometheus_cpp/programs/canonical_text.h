#pragma once

// Prints expositions. The printed text does not depend on the order of families and series, which libraries may choose.

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

// Returns the lines without their line feeds and carriage returns.
inline std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) {
    if (line.ends_with('\r')) line.pop_back();
    lines.push_back(line);
  }
  return lines;
}

// Prints each sample line that starts with the prefix, sorted.
inline void print_samples(const std::string& text, const std::string& prefix = "") {
  std::vector<std::string> lines = lines_of(text);
  std::erase_if(lines, [&](const std::string& line) { return line.starts_with("#") || !line.starts_with(prefix); });
  std::sort(lines.begin(), lines.end());
  for (const std::string& line : lines) std::cout << line << '\n';
}

// Prints the families sorted by their text. Each has its comments, and then its sample lines sorted.
inline void print_families(const std::string& text) {
  struct Family {
    std::string comments;
    std::vector<std::string> samples;
    auto operator<=>(const Family&) const = default;
  };
  std::vector<Family> families;
  for (const std::string& line : lines_of(text)) {
    const bool is_comment = line.starts_with("#");
    if (families.empty() || (is_comment && (line.starts_with("# HELP") || !families.back().samples.empty()))) {
      families.emplace_back();
    }
    if (is_comment) {
      families.back().comments += line + '\n';
    } else {
      families.back().samples.push_back(line);
    }
  }
  for (Family& family : families) std::sort(family.samples.begin(), family.samples.end());
  std::sort(families.begin(), families.end());
  for (const Family& family : families) {
    std::cout << family.comments;
    for (const std::string& sample : family.samples) std::cout << sample << '\n';
  }
}

inline void print_families(const std::vector<prometheus::MetricFamily>& families) {
  print_families(prometheus::TextSerializer().Serialize(families));
}
