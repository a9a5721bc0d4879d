#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace narthex {

// Returns the value of the sample `series`, such as `jobs_total{queue="a"}`, of an exposition in a text format. Throws
// unless there is exactly one.
inline double sample(std::string_view exposition, std::string_view series) {
  std::string text = "\n";
  text += exposition;
  std::string wanted = "\n";
  wanted += series;
  wanted += ' ';
  const std::size_t found = text.find(wanted);
  if (found == std::string::npos) throw std::runtime_error("no sample " + std::string(series) + " in:" + text);
  if (text.find(wanted, found + 1) != std::string::npos) throw std::runtime_error("two samples " + std::string(series));
  return std::stod(text.substr(found + wanted.size()));
}

}  // namespace narthex
