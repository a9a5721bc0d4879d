#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include <narthex/detail/exemplars.h>

#include "exemplars/exemplar_copies.h"
#include "exemplars/exemplar_source.h"
#include "exemplars/native_exemplars.h"
#include "exemplars/stored_exemplar.h"

namespace narthex::detail {

// What Exemplars point to.
//
//   places_ ---> [ is_taken | is_wanted | exemplar ][ is_taken | is_wanted | exemplar ] ...    made with the first one
//                  ^ who turns it from false to true has the exemplar to himself
//
// Invariants: an exemplar, plain data, is read and written by whoever has its place, and by nobody else. Nobody waits
// for a place: a writer that finds it taken drops its exemplar, for another one is as good; a scrape looks again some
// times, and then serves none. No foreign code runs while a place is taken, but operator new.
class KeptExemplars {
 public:
  using Time = StoredExemplar::Time;

  explicit KeptExemplars(std::shared_ptr<const ExemplarSource> source) noexcept : source_(std::move(source)) {}
  KeptExemplars(const KeptExemplars&) = delete;
  KeptExemplars& operator=(const KeptExemplars&) = delete;
  ~KeptExemplars();

  // The same shape every time. The labels are as an ExemplarText has them.
  void put(const ExemplarShape& shape, std::size_t place, double value, std::string_view labels) noexcept;
  // See Exemplars.
  bool offer(const ExemplarShape& shape, std::size_t place, double value) noexcept;
  bool copy_to(ExemplarCopies& copies);

 private:
  struct Place;
  struct Native;
  struct Places;

  bool is_wanted(std::size_t place) const noexcept;
  void add_native(Places& places, double value, Time at, std::string_view labels) noexcept;
  Places* find_or_create(const ExemplarShape& shape) noexcept;

  const std::shared_ptr<const ExemplarSource> source_;
  std::atomic<Places*> places_{nullptr};
  // After an answer that there is no trace, updates ask again when this clock has moved on: every few milliseconds.
  std::atomic<Time> last_asked_in_vain_{Time()};
};

}  // namespace narthex::detail
