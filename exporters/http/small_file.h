#pragma once

#include <string>

namespace narthex::detail {

// Returns what stands in a regular file of at most a mebibyte.
// Throws FileError with its name and the reason.
std::string read_small_file(const std::string& file);

}  // namespace narthex::detail
