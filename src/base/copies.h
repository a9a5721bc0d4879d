#pragma once

namespace narthex::detail {

// Reports on stderr if the process has several copies of narthex, once for each process.
void report_copies() noexcept;

// Returns an address that differs between the copies.
const void* this_copy() noexcept;

}  // namespace narthex::detail
