#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace narthex {

// Runs a few threads in every order of their accesses to shared memory, on one real thread. The code under test uses
// Explored<T> instead of std::atomic<T>. Memory orders are not explored: every order here is sequentially consistent.
//
// A thread executes operations, which keep nothing but the shared memory. What an operation does depends only on what
// its accesses return. A state is therefore the shared memory, the results of the operations that have ended, and what
// the accesses of the others have returned so far. To make one step of a thread, its operation runs from the start:
// accesses return what they returned before, the next one accesses the shared memory, and those behind it access a copy
// and are forgotten. A state that was reached before is not explored again.
class Interleavings {
 public:
  using Word = std::uint64_t;

  // What one thread does: operations, each with at least one access to the shared memory, and with a result.
  using Program = std::vector<std::function<Word()>>;

  // The index of a thread, and the index of an operation in its program.
  struct Operation {
    std::size_t thread;
    std::size_t index;
  };

  // The one that runs now.
  static Interleavings& current() { return *current_; }

  Interleavings() { current_ = this; }
  Interleavings(const Interleavings&) = delete;
  Interleavings& operator=(const Interleavings&) = delete;
  ~Interleavings() { current_ = nullptr; }

  // Explores all states, and returns their number. `check` is called for each state in which all threads have ended. It
  // may use precedes(), result(), and the shared memory.
  std::size_t explore(std::vector<Program> programs, const std::function<void()>& check) {
    programs_ = std::move(programs);
    state_.threads.resize(programs_.size());
    for (std::size_t i = 0; i < programs_.size(); ++i) state_.threads[i].operations.resize(programs_[i].size());
    visit(check);
    return visited_.size();
  }

  // The thread that makes a step.
  std::size_t thread() const { return thread_; }

  // Returns whether the first operation had ended when the second one began.
  bool precedes(Operation first, Operation second) const {
    return first.index < state_.threads[second.thread].operations[second.index].ended_before[first.thread];
  }
  Word result(Operation of) const { return state_.threads[of.thread].operations[of.index].result; }

  // Adds a word to the shared memory, and returns its address.
  std::size_t add(Word value) {
    state_.memory.push_back(value);
    return state_.memory.size() - 1;
  }

  // Accesses a word as one step.
  template <class Access>
  Word access(std::size_t address, Access use) {
    if (!is_running_) return use(state_.memory[address]);
    std::vector<Word>& returned = state_.threads[thread_].returned;
    if (replayed_ < returned.size()) return returned[replayed_++];
    if (has_stepped_) {
      has_ended_ = false;
      return use(copy_[address]);
    }
    has_stepped_ = has_ended_ = true;
    const Word word = use(state_.memory[address]);
    copy_ = state_.memory;
    returned.push_back(word);
    replayed_ = returned.size();
    return word;
  }

 private:
  struct Began {
    std::vector<std::size_t> ended_before;  // how many operations of each thread had ended when it began
    Word result = 0;
  };
  struct Thread {
    std::vector<Began> operations;
    std::size_t ended = 0;       // operations
    std::vector<Word> returned;  // by the accesses of the current operation
  };
  struct State {
    std::vector<Word> memory;
    std::vector<Thread> threads;
  };

  void visit(const std::function<void()>& check) {
    if (testing::Test::HasFailure() || !visited_.insert(key()).second) return;
    const State before = state_;
    bool have_all_ended = true;
    for (std::size_t i = 0; i < programs_.size(); ++i) {
      if (before.threads[i].ended == programs_[i].size()) continue;
      have_all_ended = false;
      step(i);
      visit(check);
      state_ = before;
    }
    if (have_all_ended) check();
  }

  void step(std::size_t thread) {
    thread_ = thread;
    replayed_ = 0;
    has_stepped_ = has_ended_ = false;
    Thread& self = state_.threads[thread];
    Began& operation = self.operations[self.ended];
    if (self.returned.empty()) {
      for (const Thread& other : state_.threads) operation.ended_before.push_back(other.ended);
    }
    is_running_ = true;
    const Word result = programs_[thread][self.ended]();
    is_running_ = false;
    if (!has_ended_) return;
    operation.result = result;
    self.returned.clear();
    ++self.ended;
  }

  std::string key() const {
    std::string key;
    const auto append = [&key](std::size_t word) { key.append(reinterpret_cast<const char*>(&word), sizeof word); };
    for (const Word word : state_.memory) append(word);
    for (const Thread& thread : state_.threads) {
      append(thread.ended);
      append(thread.returned.size());
      for (const Word word : thread.returned) append(word);
      for (const Began& began : thread.operations) {
        append(began.result);
        for (const std::size_t ended : began.ended_before) append(ended);
      }
    }
    return key;
  }

  static inline Interleavings* current_ = nullptr;

  std::vector<Program> programs_;
  State state_;
  std::unordered_set<std::string> visited_;
  // The step that is made now.
  std::size_t thread_ = 0;
  bool is_running_ = false;
  std::size_t replayed_ = 0;
  bool has_stepped_ = false;
  bool has_ended_ = false;  // no access came behind the step
  std::vector<Word> copy_;
};

// The part of std::atomic<T> that the code under test uses. Memory orders are ignored.
template <class T>
class Explored {
 public:
  Explored(T value) : address_(Interleavings::current().add(to_word(value))) {}  // NOLINT: implicit like std::atomic
  Explored(const Explored&) = delete;
  Explored& operator=(const Explored&) = delete;
  ~Explored() = default;

  T load(std::memory_order /*order*/ = {}) const {
    return from_word(Interleavings::current().access(address_, [](Word& word) { return word; }));
  }
  void store(T value, std::memory_order /*order*/ = {}) {
    Interleavings::current().access(address_, [&](Word& word) { return word = to_word(value); });
  }
  bool compare_exchange_strong(T& expected, T desired, std::memory_order /*order*/ = {},
                               std::memory_order /*failure*/ = {}) {
    const Word before = Interleavings::current().access(
        address_, [&](Word& word) { return word == to_word(expected) ? std::exchange(word, to_word(desired)) : word; });
    const bool is_exchanged = before == to_word(expected);
    expected = from_word(before);
    return is_exchanged;
  }
  bool compare_exchange_weak(T& expected, T desired, std::memory_order order = {}) {
    return compare_exchange_strong(expected, desired, order);
  }
  T fetch_or(T bits, std::memory_order /*order*/ = {}) {
    return from_word(Interleavings::current().access(
        address_, [&](Word& word) { return std::exchange(word, word | to_word(bits)); }));
  }
  T fetch_and(T bits, std::memory_order /*order*/ = {}) {
    return from_word(Interleavings::current().access(
        address_, [&](Word& word) { return std::exchange(word, word & to_word(bits)); }));
  }

 private:
  using Word = Interleavings::Word;

  static Word to_word(T value) {
    if constexpr (sizeof(T) == sizeof(Word)) {
      return std::bit_cast<Word>(value);
    } else {
      return value;
    }
  }
  static T from_word(Word word) {
    if constexpr (sizeof(T) == sizeof(Word)) {
      return std::bit_cast<T>(word);
    } else {
      return static_cast<T>(word);
    }
  }

  std::size_t address_;
};

}  // namespace narthex
