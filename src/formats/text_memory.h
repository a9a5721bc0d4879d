#pragma once

#include <cstddef>
#include <string>

namespace narthex::detail {

// Enlarges the capacity of a text. `capacity` is above the current one. From 8 MiB on, the new memory has huge pages, and
// the old pages return to the system while the text moves, so that the resident memory is hardly larger than the text.
// Throws std::bad_alloc; then the text is as before.
void enlarge(std::string& text, std::size_t capacity);

}  // namespace narthex::detail
