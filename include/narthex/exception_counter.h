#pragma once

#include <exception>
#include <utility>

#include <narthex/counter.h>

namespace narthex {

/// Counts in a counter when the block that it stands in is left by an exception.
///   const narthex::ExceptionCounter guard(errors);
/// Values: one when an exception leaves the block; none for one that is caught inside. To count exceptions of one type
///   only, see Counter::count_exceptions().
/// Threads: ends on the thread that it began on, so no `co_await` may stand in its block: how many exceptions are under
///   way is known for each thread. It cannot be moved.
/// Errors: none; the exception goes on.
class [[nodiscard]] ExceptionCounter {
 public:
  explicit ExceptionCounter(Counter counter) noexcept : counter_(std::move(counter)) {}
  ExceptionCounter(const ExceptionCounter&) = delete;
  ExceptionCounter& operator=(const ExceptionCounter&) = delete;
  ~ExceptionCounter() {
    // More than at the beginning: the block may itself run while another exception unwinds the stack.
    if (std::uncaught_exceptions() > under_way_) counter_.inc();
  }

 private:
  Counter counter_;
  int under_way_ = std::uncaught_exceptions();
};

}  // namespace narthex
