#include "base/diagnostics.h"

#include <cstdio>
#include <exception>
#include <utility>

#include <fmt/format.h>

namespace narthex::detail {

namespace {

void write_to_stderr(std::string_view line) { fmt::print(stderr, "narthex: {}\n", line); }

}  // namespace

Diagnostics::Diagnostics(Callback callback) : callback_(callback ? std::move(callback) : write_to_stderr) {}

void Diagnostics::log(std::string_view line) const noexcept {
  try {
    callback_(line);
  } catch (...) {  // NOLINT(bugprone-empty-catch): see the header
  }
}

}  // namespace narthex::detail
