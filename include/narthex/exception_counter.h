#pragma once

#include <exception>
#include <utility>

#include <narthex/counter.h>
#include <narthex/detail/export.h>

namespace NARTHEX_VISIBILITY narthex {

/// Adds 1 to a counter if an exception leaves its scope.
///
/// Values: exceptions that are caught inside the scope are not counted. To count exceptions of one type only, use
///   Counter::count_exceptions().
/// Thread safety: it must be destroyed on the thread that created it, because C++ counts exceptions in progress per
///   thread. Therefore its scope must not contain `co_await`. It cannot be moved.
/// Exceptions: none. The exception that leaves the scope is not caught.
/// Lifetime: it holds a handle, so the counter may be removed before it is destroyed.
///
/// Example:
///   const narthex::ExceptionCounter guard(errors);
class [[nodiscard]] NARTHEX_VISIBILITY ExceptionCounter {
 public:
  /// Starts to watch for exceptions.
  [[nodiscard]] explicit ExceptionCounter(Counter counter) noexcept : counter_(std::move(counter)) {}
  ExceptionCounter(const ExceptionCounter&) = delete;
  ExceptionCounter& operator=(const ExceptionCounter&) = delete;
  /// Adds 1 if an exception ends the scope.
  ~ExceptionCounter() {
    // The count at the start need not be 0: the scope may itself run while another exception unwinds the stack.
    if (std::uncaught_exceptions() > exceptions_before_) counter_.inc();
  }

 private:
  Counter counter_;
  int exceptions_before_ = std::uncaught_exceptions();
};

}  // namespace narthex
