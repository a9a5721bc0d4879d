#pragma once

#include <cstddef>
#include <string>

namespace narthex::detail {

// Enlarges the capacity of a text to at least `capacity`. The memory of many megabytes has huge pages, and while the text
// moves to it, the old memory returns to the system piece by piece, so that both together are hardly larger than the text.
// Throws std::bad_alloc; then the text is as before.
void enlarge(std::string& text, std::size_t capacity);

}  // namespace narthex::detail
