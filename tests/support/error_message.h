#pragma once

#include <exception>
#include <functional>
#include <string>

namespace narthex {

// Returns the message of the exception that a call throws.
inline std::string error_message(const std::function<void()>& call) {
  try {
    call();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "nothing was thrown";
}

}  // namespace narthex
