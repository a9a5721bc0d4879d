#pragma once

// Every public header includes this file before its first line of code. The file that each second line includes does not
// exist: it stops the compiler, which continues after #error.
#if !defined(__linux__)
#error "narthex supports Linux only"
#include <narthex supports Linux only>
#endif
#if __SIZEOF_POINTER__ != 8
#error "narthex supports 64-bit platforms only"
#include <narthex supports 64-bit platforms only>
#endif
#if __cplusplus < 202002L
#error "narthex needs C++20: compile with -std=c++20; in CMake: target_compile_features(app PRIVATE cxx_std_20)"
#include <narthex needs C++20>
#endif
