#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <new>
#include <string>

#include <gtest/gtest.h>

#include "allocation/counted_new.h"

namespace narthex {

struct Outcome {
  bool has_failed;  // an allocation
  bool has_thrown;
};

// Calls a function and lets its n-th allocation fail. Only std::bad_alloc may leave the function.
template <class Call>
Outcome call_without_memory(std::size_t n, FailingAllocations::Which which, Call call) {
  bool has_thrown = false;
  const FailingAllocations failing(n, which);
  try {
    call();
  } catch (const std::bad_alloc&) {
    has_thrown = true;
  }
  FailingAllocations::end();
  return {FailingAllocations::have_occurred(), has_thrown};
}

// Calls attempt(n, which) for n = 1, 2, ... until no allocation fails: once with one failing allocation, and once where
// all later ones fail too. `attempt` returns whether one has failed. Records the number of failure points.
template <class Attempt>
void for_each_failure_point(const std::string& name, Attempt attempt) {
  for (const auto which : {FailingAllocations::Which::one, FailingAllocations::Which::all_from_there}) {
    std::size_t n = 1;
    while (true) {
      SCOPED_TRACE(name + ": allocation " + std::to_string(n) +
                   (which == FailingAllocations::Which::one ? "" : " and all later ones"));
      if (!attempt(n, which) || testing::Test::HasFatalFailure()) break;
      ++n;
    }
    EXPECT_GT(n, 1U) << name << " allocates nothing";
    testing::Test::RecordProperty(which == FailingAllocations::Which::one ? name : name + ", all",
                                  static_cast<int>(n - 1));
  }
}

// An operation on a subject, of which a text shows the state.
template <class Subject>
struct Operation {
  std::string name;
  std::function<void(Subject&)> operate;
  std::function<std::string(Subject&)> state = {};
};

// Checks that an operation either throws std::bad_alloc and leaves the state unchanged, or has the same effect as with
// enough memory. Checks also that it succeeds when it is called again.
template <class Subject>
void expect_all_or_nothing(const Operation<Subject>& operation) {
  Subject untouched;
  const std::string before = operation.state(untouched);
  Subject touched;
  operation.operate(touched);
  const std::string after = operation.state(touched);
  for_each_failure_point(operation.name, [&](std::size_t n, FailingAllocations::Which which) {
    Subject subject;
    const Outcome outcome = call_without_memory(n, which, [&] { operation.operate(subject); });
    EXPECT_EQ(operation.state(subject), outcome.has_thrown ? before : after);
    if (outcome.has_thrown) {
      operation.operate(subject);
      EXPECT_EQ(operation.state(subject), after) << "the next call";
    }
    return outcome.has_failed;
  });
}

}  // namespace narthex
