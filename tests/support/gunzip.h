#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <isa-l/igzip_lib.h>

namespace narthex {

// Returns the content of a gzip file. Throws unless the file is complete, has the right checksum, and nothing follows.
inline std::string gunzip(std::string_view file) {
  std::string packed(file);
  const auto state = std::make_unique<inflate_state>();
  isal_inflate_init(state.get());
  state->crc_flag = ISAL_GZIP;
  state->next_in = reinterpret_cast<std::uint8_t*>(packed.data());
  state->avail_in = static_cast<std::uint32_t>(packed.size());
  std::string text;
  std::vector<std::uint8_t> piece(65536);
  do {
    state->next_out = piece.data();
    state->avail_out = static_cast<std::uint32_t>(piece.size());
    if (const int error = isal_inflate(state.get())) throw std::runtime_error("no gzip: " + std::to_string(error));
    text.append(piece.data(), state->next_out);
  } while (state->avail_out == 0);
  if (state->block_state != ISAL_BLOCK_FINISH || state->avail_in != 0) throw std::runtime_error("not one whole file");
  return text;
}

}  // namespace narthex
