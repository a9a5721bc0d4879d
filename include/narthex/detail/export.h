#pragma once

// Symbols of the library are hidden by default. This macro exports one.
#define NARTHEX_EXPORT __attribute__((visibility("default")))
