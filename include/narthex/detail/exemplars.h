#pragma once

#include <atomic>
#include <cstddef>
#include <memory>

#include <narthex/detail/export.h>
#include <narthex/exemplar_labels.h>

namespace NARTHEX_VISIBILITY narthex {

struct ExemplarOptions;

namespace detail {

class ExemplarCopies;

// Where plain updates get exemplars from. Null: only updates with labels store exemplars. All series of a registry
// share it, because they may outlive the registry.
using ExemplarSource = std::shared_ptr<const ExemplarOptions>;

// Which exemplars a series stores.
struct ExemplarShape {
  std::size_t slots;        // one for a counter, one per bucket for a histogram
  bool has_native = false;  // also those of the native buckets, see NativeExemplars
};

// The exemplars of one series: a pointer, null until the first exemplar is stored. With a source, the memory is
// allocated when the series is created.
class NARTHEX_EXPORT Exemplars {
 public:
  // Throws std::bad_alloc if there is a source.
  Exemplars(const ExemplarShape& shape, const ExemplarSource& source);
  Exemplars(const Exemplars&) = delete;
  Exemplars& operator=(const Exemplars&) = delete;
  ~Exemplars();

  // Stores the exemplar of an update that came with labels. The shape is that of the constructor.
  void store(const ExemplarShape& shape, std::size_t slot, double value, ExemplarLabels labels) noexcept;
  // For a plain update of a series with a source: calls the source and stores an exemplar, if the slot requests one.
  // Returns whether the next updates need to call this.
  bool offer(std::size_t slot, double value) noexcept;

  // Returns whether copy_to() has nothing to do.
  bool is_empty() const noexcept { return !store_.load(std::memory_order_relaxed); }  // relaxed: only the null matters
  // For a scrape. Returns whether plain updates need to call offer() from now on.
  bool copy_to(ExemplarCopies& copies) const;

 private:
  struct Store;

  Store* find_or_create(const ExemplarShape& shape) noexcept;

  std::atomic<Store*> store_{nullptr};
};

}  // namespace detail
}  // namespace narthex
