#pragma once

#include <chrono>
#include <utility>

#include <narthex/exemplar_options.h>
#include <narthex/labels.h>

namespace narthex::detail {

// Where the series of a registry get exemplars from by themselves. They share it, for they may outlive the registry.
// Threads: any, at once.
class ExemplarSource {
 public:
  explicit ExemplarSource(ExemplarOptions options) : options_(std::move(options)) {}

  // Asks the program, which is foreign code: no lock is held. Empty: there is nothing that leads to this thread's work.
  Labels ask() const noexcept;

  std::chrono::milliseconds min_interval() const noexcept { return options_.min_interval; }

 private:
  const ExemplarOptions options_;
};

}  // namespace narthex::detail
