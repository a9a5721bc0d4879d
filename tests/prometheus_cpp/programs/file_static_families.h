#pragma once

#include <memory>
#include <string>

namespace prometheus {
class Counter;
class Registry;
template <typename T>
class Family;
}  // namespace prometheus

// The registry of the program, which is created when it is first used.
std::shared_ptr<prometheus::Registry> program_registry();

// Defined in file_static_families_other.cc.
prometheus::Counter& command(prometheus::Family<prometheus::Counter>& commands, const std::string& name);
void save_file(double bytes);
