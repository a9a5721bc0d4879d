#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include <narthex/detail/export.h>
#include <narthex/labels.h>

namespace NARTHEX_VISIBILITY narthex {

class Sink;

namespace detail {

// One time series: its labels. Each metric kind derives from it and adds its values.
//
//   [ Series | values of the kind | text of the labels ]    one allocation
//
// Invariant: a series is deleted when its last reference is released. Its family holds one reference, each handle one.
class NARTHEX_EXPORT Series {
 public:
  // Creates a series of a kind. `labels` is their text in the text formats; `arguments` go to the kind's constructor.
  template <class Derived, class... Arguments>
  static Derived* make(std::string_view labels, Arguments&&... arguments) {
    static_assert(sizeof(Derived) % kLabelsUnit == 0 && sizeof(Derived) / kLabelsUnit < 256, "see labels_offset_");
    void* memory = ::operator new(sizeof(Derived) + labels.size());
    try {
      auto* series = ::new (memory) Derived(std::forward<Arguments>(arguments)...);
      series->set_labels(static_cast<char*>(memory) + sizeof(Derived), labels);
      return series;
    } catch (...) {
      ::operator delete(memory);
      throw;
    }
  }

  Series(const Series&) = delete;
  Series& operator=(const Series&) = delete;
  virtual ~Series();
  // Unsized, because the labels are part of the allocation.
  // NOLINTNEXTLINE(misc-new-delete-overloads): only make() allocates
  static void operator delete(void* memory) { ::operator delete(memory); }

  // Reads the value and writes it to the sink as one sample.
  virtual void collect(Sink& sink) const = 0;

  LabelView labels() const noexcept {
    return LabelView({reinterpret_cast<const char*>(this) + labels_offset_ * kLabelsUnit, labels_size_});
  }

  // A flag is a request to the next update, or a part of the state of a gauge. Most series have none, so an update only
  // tests one byte, in a cache line that it reads anyway. Flags are only changed by an atomic and/or: a store could lose
  // a flag that another thread has just added.
  enum Flag : std::uint8_t {
    // The accessed bit of a CLOCK cache, inverted: eviction sets it, the next update clears it. See Evictor.
    kNotAccessed = 1,
    // The next update offers an exemplar of the current trace. See Exemplars.
    kNeedsExemplar = 2,
    // The series has observed a negative value. Never cleared. See SignedSum.
    kHasNegative = 4,
    // The series counts in exponential buckets only. Never cleared. See ExponentialSeries.
    kExponential = 8,
    // The states of a gauge, see GaugeValue. Never cleared.
    kHot = 16,
    kClosed = 32,
    kSet = 64,
  };

  bool has_flags() const noexcept { return flags_.load(kFlagOrder) != 0; }
  bool has_only_flag(Flag flag) const noexcept { return flags_.load(kFlagOrder) == flag; }
  bool has_flag(Flag flag) const noexcept { return (flags_.load(kFlagOrder) & flag) != 0; }
  void set_flag(Flag flag) const noexcept {
    if (!has_flag(flag)) flags_.fetch_or(flag, kFlagOrder);
  }
  void clear_flag(Flag flag) const noexcept {
    if (has_flag(flag)) flags_.fetch_and(static_cast<std::uint8_t>(~flag), kFlagOrder);
  }

  // Counts an update that changed nothing because its value was not allowed, for example a negative or NaN amount.
  [[gnu::cold]] void count_rejected_update() const noexcept;

  // Every update calls this.
  void mark_accessed() const noexcept { clear_flag(kNotAccessed); }
  bool was_accessed() const noexcept { return !has_flag(kNotAccessed); }

  void retain() const noexcept {
    references_.fetch_add(1, std::memory_order_relaxed);  // relaxed: the caller has access through another reference
  }
  void release() const noexcept {
    // release: uses by this thread happen before the deletion; acquire: the deletion comes after all other uses
    if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }

 protected:
  Series() = default;

  std::atomic<std::uint8_t>& flags() const noexcept { return flags_; }

 private:
  friend class Evictor;
  friend class IdleTimeout;
  friend class SeriesIndex;
  friend class SeriesTable;
  friend class SeriesList;

  // relaxed: the evictor reads the flags again behind a fence, and an exemplar may come one update later
  static constexpr std::memory_order kFlagOrder = std::memory_order_relaxed;

  static constexpr std::size_t kLabelsUnit = 8;

  void set_labels(char* memory, std::string_view labels) noexcept;
  // Sets the id under which RejectedUpdates counts. Called before other threads see the series.
  void set_rejected_updates_id(std::uint16_t id) noexcept;

  mutable std::atomic<std::uint32_t> references_{1};
  std::uint32_t hash_ = 0;      // of the label values, see SeriesIndex
  std::uint32_t position_ = 0;  // see SeriesList
  std::uint32_t labels_size_ = 0;
  std::uint16_t rejected_updates_id_ : 12 = 0;  // see RejectedUpdates
  bool has_raw_labels_ : 1 = false;             // no label value contains a character that the text formats escape
  std::uint8_t labels_offset_ = 0;              // in units of kLabelsUnit
  mutable std::atomic<std::uint8_t> flags_{0};
  std::uint32_t idle_since_ = 0;  // see IdleTimeout
};

// A counted reference to a series; empty by default.
template <class T>
class SeriesPtr {
 public:
  SeriesPtr() noexcept = default;
  // Takes over the caller's reference.
  explicit SeriesPtr(T* series) noexcept : series_(series) {}
  SeriesPtr(const SeriesPtr& other) noexcept : series_(other.series_) {
    if (series_) series_->retain();
  }
  SeriesPtr(SeriesPtr&& other) noexcept : series_(std::exchange(other.series_, nullptr)) {}
  // NOLINTNEXTLINE(bugprone-unhandled-self-assignment): the copy has a reference of its own
  SeriesPtr& operator=(const SeriesPtr& other) noexcept {
    SeriesPtr copy(other);
    std::swap(series_, copy.series_);
    return *this;
  }
  SeriesPtr& operator=(SeriesPtr&& other) noexcept {
    SeriesPtr moved(std::move(other));  // leaves `other` empty
    std::swap(series_, moved.series_);
    return *this;
  }
  ~SeriesPtr() {
    if (series_) series_->release();
  }

  explicit operator bool() const noexcept { return series_ != nullptr; }
  T* operator->() const noexcept { return series_; }

  // Passes the reference to the caller and leaves this empty.
  T* detach() noexcept { return std::exchange(series_, nullptr); }

 private:
  T* series_ = nullptr;
};

}  // namespace detail
}  // namespace narthex
