#pragma once

#include <string>
#include <string_view>

namespace narthex::detail {

// Receives the text of a format in large pieces.
class Output {
 public:
  virtual ~Output() = default;

  virtual void write(std::string_view text) = 0;
};

// Appends to a string.
class StringOutput final : public Output {
 public:
  explicit StringOutput(std::string& out) : out_(out) {}

  void write(std::string_view text) override { out_ += text; }

 private:
  std::string& out_;
};

}  // namespace narthex::detail
