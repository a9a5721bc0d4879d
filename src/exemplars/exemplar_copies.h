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

// What a scrape has read of the exemplars of one series, on the stack for usual numbers of them. The labels of all
// stand in one text, which may still move while they come:
//
//   at_places:   [ 0 ][ 1 ][ none ][ 3 ]     native:   [ 4 ][ 5 ]
//   text:        trace_id="0"trace_id="1"trace_id="3"trace_id="4"trace_id="5"
class ExemplarCopies {
 public:
  ExemplarCopies() noexcept {}  // NOLINT(modernize-use-equals-default): with a union of its kind there is none
  ExemplarCopies(const ExemplarCopies&) = delete;
  ExemplarCopies& operator=(const ExemplarCopies&) = delete;
  ~ExemplarCopies() {
    if (are_any_) copies_.~Copies();
  }

  // The series has some: nearly none has, and then this costs nothing. To be called once.
  void begin() {
    ::new (&copies_) Copies;
    are_any_ = true;
  }
  void add(const StoredExemplar& stored) { append(copies_.at_places, stored); }
  // There is none at this place.
  void add_none() { copies_.at_places.push_back(Exemplar()); }
  void add_native(const StoredExemplar& stored) { append(copies_.native, stored); }
  // All have come: their views are right from now on.
  void end() noexcept {
    const char* next = copies_.text.data();
    for (Exemplars* exemplars : {&copies_.at_places, &copies_.native}) {
      for (Exemplar& exemplar : *exemplars) {
        const std::size_t size = exemplar.labels.text().size();
        exemplar.labels = CheckedLabels::view({next, size});
        next += size;
      }
    }
  }

  // Null: there is none.
  const Exemplar* at(std::size_t place) const noexcept {
    if (!are_any_ || place >= copies_.at_places.size()) return nullptr;
    const Exemplar& exemplar = copies_.at_places[place];
    return exemplar.at ? &exemplar : nullptr;
  }
  std::span<const Exemplar> native() const noexcept {
    if (!are_any_) return {};
    return {copies_.native.data(), copies_.native.size()};
  }

 private:
  using Exemplars = fmt::basic_memory_buffer<Exemplar, 16>;
  struct Copies {
    Exemplars at_places;
    Exemplars native;
    fmt::basic_memory_buffer<char, 1024> text;
  };

  void append(Exemplars& exemplars, const StoredExemplar& stored) {
    copies_.text.append(stored.labels());
    exemplars.push_back({CheckedLabels::view(stored.labels()), stored.value(), stored.at()});
  }

  // Not std::optional: GCC 12 has it write zeroes over all of them, which took twice as long as all else of a sample.
  union {
    Copies copies_;
  };
  bool are_any_ = false;
};

}  // namespace narthex::detail
