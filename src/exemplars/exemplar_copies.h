#pragma once

#include <cstddef>
#include <new>
#include <span>
#include <string_view>

#include <fmt/format.h>
#include <narthex/sink.h>

#include "exemplars/stored_exemplar.h"
#include "model/checked_labels.h"

namespace narthex::detail {

// The exemplars of one series as one scrape has read them: on the stack, up to 16 of them. Their labels are in one
// text, which may move until end() is called:
//
//   by_slot:     [ 0 ][ 1 ][ none ][ 3 ]     native:   [ 4 ][ 5 ]
//   text:        trace_id="0"trace_id="1"trace_id="3"trace_id="4"trace_id="5"
class ExemplarCopies {
 public:
  ExemplarCopies() noexcept {}  // NOLINT(modernize-use-equals-default): the default one is deleted, due to the union
  ExemplarCopies(const ExemplarCopies&) = delete;
  ExemplarCopies& operator=(const ExemplarCopies&) = delete;
  ~ExemplarCopies() {
    if (has_begun_) copies_.~Copies();
  }

  // Call this once, if the series has a store of exemplars. Most series have none, which costs nothing.
  void begin() {
    ::new (&copies_) Copies;
    has_begun_ = true;
  }
  void add(const StoredExemplar& stored) { append(copies_.by_slot, stored); }
  // The slot is empty.
  void add_none() { copies_.by_slot.push_back(Exemplar()); }
  void add_native(const StoredExemplar& stored) { append(copies_.native, stored); }
  // Call this after the last add. The views are valid from now on.
  void end() noexcept {
    const char* next = copies_.text.data();
    for (Exemplars* exemplars : {&copies_.by_slot, &copies_.native}) {
      for (Exemplar& exemplar : *exemplars) {
        const std::size_t size = exemplar.labels.text().size();
        exemplar.labels = CheckedLabels::view({next, size});
        next += size;
      }
    }
  }

  // Returns the exemplar of a slot, or null if it is empty.
  const Exemplar* at(std::size_t slot) const noexcept {
    if (!has_begun_ || slot >= copies_.by_slot.size()) return nullptr;
    const Exemplar& exemplar = copies_.by_slot[slot];
    return exemplar.at ? &exemplar : nullptr;
  }
  std::span<const Exemplar> native() const noexcept {
    if (!has_begun_) return {};
    return {copies_.native.data(), copies_.native.size()};
  }

 private:
  using Exemplars = fmt::basic_memory_buffer<Exemplar, 16>;
  struct Copies {
    Exemplars by_slot;
    Exemplars native;
    fmt::basic_memory_buffer<char, 1024> text;
  };

  void append(Exemplars& exemplars, const StoredExemplar& stored) {
    copies_.text.append(stored.labels());
    exemplars.push_back({CheckedLabels::view(stored.labels()), stored.value(), stored.at()});
  }

  // Not std::optional: GCC 12 zeroes its whole memory, which took twice as long as the rest of a sample.
  union {
    Copies copies_;
  };
  bool has_begun_ = false;
};

}  // namespace narthex::detail
