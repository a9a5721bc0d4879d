#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/diagnostics.h"
#include "families/definition.h"
#include "families/family_state.h"
#include "families/scope.h"
#include "families/series_limit.h"

namespace narthex::detail {

// A family or a function.
struct Sibling {
  std::shared_ptr<FamilyState> family;         // null for a function
  std::shared_ptr<const Definition> function;  // null for a family
  const std::string* constants = nullptr;      // its key in Siblings

  const Definition& definition() const noexcept { return family ? family->definition() : *function; }
};

// The definitions of one name, which differ only in the values of their constant labels.
//
//   in_order_:       [ zone="b" ] [ zone="a" ] [ zone="__overflow__" ]     in the order of definition
//   by_constants_:   text of the constant labels ---> one of them
//
// There are at most max_series siblings, and at most max_series series of all siblings together. A function counts as
// one series. Families beyond that share the overflow sibling, which has only an overflow series and does not count.
// Further functions are refused. At the limit, each definition removes a few siblings that have neither series nor
// handles. Defining, finding, and removing a sibling take constant time. The mutex of the registry guards everything.
class Siblings {
 public:
  using InOrder = std::list<Sibling>;
  struct Defined {
    std::shared_ptr<FamilyState> family;
    bool is_beyond_limit;  // the family is the overflow sibling
  };

  // The last constant labels of a definition are those of the registry. `registry_labels` is their number.
  Siblings(std::size_t max_series, std::size_t registry_labels, std::shared_ptr<const Diagnostics> diagnostics);
  Siblings(const Siblings&) = delete;
  Siblings& operator=(const Siblings&) = delete;
  ~Siblings() = default;

  // Returns the family of a definition. Creates it if its constant labels are new. Throws AlreadyDefinedError if the
  // definition differs from the others in anything else, is that of a function, or is of another scope.
  Defined define(Definition definition);
  // Throws like define(), and RegistrationError beyond the limit.
  InOrder::iterator define_function(std::shared_ptr<const Definition> definition);

  // Each returns what it removed, so that the caller may destroy it without the mutex.
  InOrder remove(InOrder::iterator sibling) noexcept;
  InOrder remove(const FamilyState& family);
  InOrder remove_families(const Scope* scope) noexcept;

  bool empty() const noexcept { return in_order_.empty(); }
  // Returns one of the definitions. There must be one.
  const Definition& any() const noexcept { return in_order_.front().definition(); }
  void append_families_to(std::vector<std::shared_ptr<FamilyState>>& all, const Scope* scope) const;
  // Returns the number of lookups that were counted in overflow series.
  std::uint64_t overflowed() const noexcept {
    return overflowed_->load(std::memory_order_relaxed);  // relaxed: a sum orders nothing else
  }

 private:
  // With the random seed of the process, so that untrusted clients cannot choose values that collide.
  struct Hash {
    std::size_t operator()(const std::string& text) const;
  };

  // Returns the sibling with these constant labels, or null. Throws AlreadyDefinedError if `definition` conflicts.
  const Sibling* find(const Definition& definition, const std::string& constants) const;
  Defined define_beyond_limit(Definition definition);
  InOrder::iterator add(std::string constants, Sibling sibling);
  // Inspects the next siblings, and removes those that have neither series nor handles.
  void remove_unused() noexcept;
  bool has_maximum() const noexcept;
  bool is_full() const noexcept;

  const std::size_t registry_labels_;
  const std::shared_ptr<const Diagnostics> diagnostics_;
  const std::shared_ptr<SeriesLimit> limit_;
  const std::shared_ptr<std::atomic<std::uint64_t>> overflowed_;
  InOrder in_order_;
  InOrder::iterator hand_ = in_order_.end();  // what remove_unused() inspects next
  std::unordered_map<std::string, InOrder::iterator, Hash> by_constants_;
  const FamilyState* overflow_ = nullptr;  // the overflow sibling, if there is one
};

}  // namespace narthex::detail
