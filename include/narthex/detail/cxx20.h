#pragma once

// Every public header includes this file before its first line of code.
#if __cplusplus < 202002L
#error "narthex needs C++20: compile with -std=c++20; in CMake: target_compile_features(app PRIVATE cxx_std_20)"
#include <narthex needs C++20>  // does not exist: it stops the compiler, which goes on after #error
#endif
