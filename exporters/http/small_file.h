#pragma once

#include <string>

namespace narthex::detail {

// Returns the content of a regular file of at most 1 MiB.
// Throws FileError with its name and the reason.
std::string read_small_file(const std::string& file);

}  // namespace narthex::detail
