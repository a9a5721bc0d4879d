#pragma once

#include "base/fork_gate.h"
#include "base/mutex.h"

namespace prometheus::detail {

// A mutex that no other thread holds during a fork(), also in a program without a registry of narthex.
class Mutex : public narthex::detail::Mutex {
 public:
  Mutex() noexcept { narthex::detail::ForkGate::register_handlers(); }
};

}  // namespace prometheus::detail
