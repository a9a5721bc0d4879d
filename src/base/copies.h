#pragma once

namespace narthex::detail {

// Reports on stderr if the process has several copies of narthex, and this one is the second in the list of the loader.
void report_copies() noexcept;

// Returns an address that differs between the copies.
const void* this_copy() noexcept;

}  // namespace narthex::detail
