#pragma once

#include <string>
#include <string_view>

namespace narthex::detail {

// A temporary file is called as its target, with this suffix, in which mkostemp() replaces each X.
inline constexpr std::string_view kTemporarySuffix = ".new-XXXXXX";

// Marks a temporary file as one that a live process writes, until its last descriptor is closed. Where the file system
// has no locks, the file stays unmarked, and no leftovers are removed.
void mark_as_live(int fd) noexcept;

// Removes the temporary files of a target whose writers have ended without removing them: regular files that are older
// than a minute, because a writer marks its file just after it has created it. Ignores files that it cannot remove.
void remove_leftovers(const std::string& target);

}  // namespace narthex::detail
