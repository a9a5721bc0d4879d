#pragma once

#include <exception>
#include <functional>
#include <type_traits>
#include <typeinfo>

#include <gtest/gtest.h>
#include <narthex/error.h>

namespace narthex {

// Checks that a public function throws exactly this exception. docs/exceptions.md has a row for each call: the function
// and the exception. tests/documents compares both.
template <class Exception>
void expect_throws(const char* function, const std::function<void()>& call) {
  static_assert(std::is_base_of_v<Error, Exception>);
  try {
    call();
    ADD_FAILURE() << function << " did not throw";
  } catch (const std::exception& error) {
    EXPECT_TRUE(typeid(error) == typeid(Exception)) << function << " threw: " << error.what();
    EXPECT_STRNE(error.what(), "") << function;
  }
}

}  // namespace narthex
