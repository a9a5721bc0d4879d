#pragma once

#include <exception>
#include <functional>
#include <string>

namespace narthex {

// What a call throws says this.
inline std::string message_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "nothing was thrown";
}

}  // namespace narthex
