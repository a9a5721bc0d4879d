#pragma once

#include <atomic>
#include <cstddef>
#include <memory>

#include <narthex/detail/export.h>
#include <narthex/exemplar_labels.h>

namespace narthex::detail {

class ExemplarCopies;
class ExemplarSource;
class KeptExemplars;

// What a series keeps exemplars for.
struct ExemplarShape {
  std::size_t places;       // one for a counter, one for each bucket of a histogram
  bool has_native = false;  // and those of the native buckets, see NativeExemplars
};

// The exemplars of one series: one word, until the first one comes. A series of a registry that takes exemplars by
// itself knows its source, and has somewhat more from the start.
class NARTHEX_EXPORT Exemplars {
 public:
  // Null: there are only those that the program gives. Throws std::bad_alloc for others.
  explicit Exemplars(const std::shared_ptr<const ExemplarSource>& source);
  Exemplars(const Exemplars&) = delete;
  Exemplars& operator=(const Exemplars&) = delete;
  ~Exemplars();

  // Of an update that came with labels.
  void give(const ExemplarShape& shape, std::size_t place, double value, ExemplarLabels labels) noexcept;
  // Of a plain update, where there is a source. Returns whether the next ones are to offer theirs too.
  bool offer(const ExemplarShape& shape, std::size_t place, double value) noexcept;

  // Whether there is nothing to copy, and nobody who wants something.
  bool are_none() const noexcept { return !kept_.load(std::memory_order_relaxed); }  // relaxed: only a look
  // For a scrape. Returns whether plain updates are to offer theirs from now on.
  bool copy_to(ExemplarCopies& copies) const;

 private:
  KeptExemplars* find_or_create() noexcept;

  std::atomic<KeptExemplars*> kept_{nullptr};
};

}  // namespace narthex::detail
