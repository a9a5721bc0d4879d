#pragma once

// The library is built with hidden symbols; this marks the ones that it promises.
#define NARTHEX_EXPORT __attribute__((visibility("default")))
