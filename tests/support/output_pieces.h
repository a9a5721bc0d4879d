#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "formats/output.h"

namespace narthex::detail {

// Writes a text at a position of a room.
inline void write(std::span<char> room, std::size_t at, std::string_view text) {
  ASSERT_GE(room.size(), at + text.size());
  std::ranges::copy(text, room.subspan(at).begin());
}

// Writes pieces that are finished or stay unfinished, and that the room is too small for: up to 500,000 characters are
// unfinished. Returns the whole text.
inline std::string write_pieces(Output& output) {
  std::string expected;
  std::size_t finished = 0;
  std::size_t unfinished = 0;
  for (std::size_t i = 0; i < 3'000; ++i) {
    const std::string piece(i % 700 + 1, static_cast<char>('a' + i % 26));
    const std::span<char> room = output.take(finished, unfinished, piece.size());
    write(room, unfinished, piece);
    expected += piece;
    const bool is_long = i > 1'200 && i < 2'400;
    finished = i % 3 == 0 && i % 1'000 > 200 && !is_long ? unfinished + piece.size() / 2 : 0;
    unfinished += piece.size() - finished;
  }
  output.take(finished + unfinished, 0, 0);
  return expected;
}

}  // namespace narthex::detail
