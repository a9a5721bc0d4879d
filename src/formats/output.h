#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>

#include "formats/text_memory.h"

namespace narthex::detail {

// Receives the text of a format. It provides the memory that a writer writes to, so that the text of a body is written
// in its place and not copied:
//
//   [ text that the output has | finished | unfinished | free ]
//                               ^ room
class Output {
 public:
  Output() = default;
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  virtual ~Output() = default;

  // Takes the first `finished` characters of the room of the last call. Returns a new room, which starts with the
  // `unfinished` characters that follow them and is larger by at least `size`. If `unfinished` and `size` are 0, the text
  // ends. Throws std::bad_alloc; then the output and its writer must not be used any more.
  virtual std::span<char> take(std::size_t finished, std::size_t unfinished, std::size_t size) = 0;
};

// Appends to a string, whose free space is the room.
class StringOutput : public Output {
 public:
  explicit StringOutput(std::string& out) : StringOutput(out, 0) {}
  StringOutput(const StringOutput&) = delete;
  StringOutput& operator=(const StringOutput&) = delete;
  ~StringOutput() override { trim(); }

  std::span<char> take(std::size_t finished, std::size_t unfinished, std::size_t size) override {
    free_ -= finished;
    if (unfinished + size == 0) trim();
    if (unfinished + size > free_) grow(unfinished + size);
    return {out_.data() + out_.size() - free_, free_};
  }

 protected:
  // The last `free` characters of the string do not belong to the text.
  StringOutput(std::string& out, std::size_t free) : out_(out), free_(free) {}

  void trim() {
    out_.resize(out_.size() - free_);
    free_ = 0;
  }

 private:
  // A string sets new characters to zero. Small steps keep them in the nearest cache until the text overwrites them.
  void grow(std::size_t size) {
    constexpr std::size_t kMinStep = 1'024;
    constexpr std::size_t kMaxStep = 16'384;
    const std::size_t text = out_.size() - free_;
    const std::size_t needed = text + size;
    const std::size_t end = needed + std::clamp(needed / 8, kMinStep, kMaxStep);
    if (needed > out_.capacity()) enlarge(out_, std::max(end, 2 * out_.capacity()));
    out_.resize(std::min(end, out_.capacity()));
    free_ = out_.size() - text;
  }

  std::string& out_;
  std::size_t free_;
};

}  // namespace narthex::detail
