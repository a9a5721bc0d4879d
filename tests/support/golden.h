#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace narthex {

// Returns a file of tests/golden, which contains a whole expected output.
inline std::string golden(const std::string& name) {
  std::ifstream file(std::filesystem::path(NARTHEX_GOLDEN_DIR) / name, std::ios::binary);
  if (!file) throw std::runtime_error("no golden file " + name);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace narthex
