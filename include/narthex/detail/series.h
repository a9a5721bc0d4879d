#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include <narthex/detail/export.h>
#include <narthex/labels.h>

namespace narthex {
class Sink;
}

namespace narthex::detail {

// One time series: its labels, and what a metric kind adds by deriving from it.
//
//   [ Series | cells of the kind | text of the labels ]    one piece of memory
//
// It lives as long as somebody refers to it: its family, or a handle.
class NARTHEX_EXPORT Series {
 public:
  // Makes a series of a kind, with the labels of the text formats: made(labels, arguments of its constructor).
  template <class Derived, class... Arguments>
  static Derived* make(std::string_view labels, Arguments&&... arguments) {
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
  // Unsized, because the labels belong to the memory. NOLINTNEXTLINE(misc-new-delete-overloads): made by make() alone
  static void operator delete(void* memory) { ::operator delete(memory); }

  // Reads the cells and hands them to the sink as one sample.
  virtual void collect(Sink& sink) const = 0;

  LabelView labels() const noexcept {
    return LabelView({reinterpret_cast<const char*>(this) + labels_offset_, labels_size_});
  }

  // What somebody may want of the next update. Mostly nobody wants anything, which costs an update a look at memory
  // that it reads anyway.
  enum Wish : std::uint8_t {
    kSignOfLife = 1,  // for the expiry of families that have one
    kExemplar = 2,    // of the trace that the update belongs to, see Exemplars
  };

  // relaxed, all: whoever wants a sign of life looks again when nobody can reach the series, see SeriesTable; and an
  // exemplar may come a little later
  bool has_flags() const noexcept { return wishes_.load(std::memory_order_relaxed) != 0; }
  bool has_wish(Wish wish) const noexcept { return (wishes_.load(std::memory_order_relaxed) & wish) != 0; }
  void wish(Wish wish) const noexcept {
    if (!has_wish(wish)) wishes_.fetch_or(wish, std::memory_order_relaxed);
  }
  void fulfil(Wish wish) const noexcept {
    if (has_wish(wish)) wishes_.fetch_and(static_cast<std::uint8_t>(~wish), std::memory_order_relaxed);
  }

  void retain() const noexcept {
    references_.fetch_add(1, std::memory_order_relaxed);  // relaxed: whoever takes one knows that there is another
  }
  void release() const noexcept {
    // release: our uses happen before the deletion; acquire: the deleter sees everybody's
    if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }

 protected:
  Series() = default;

 private:
  friend class Expiry;
  friend class SeriesIndex;
  friend class SeriesTable;
  friend class SeriesList;

  void set_labels(char* place, std::string_view labels) noexcept;

  mutable std::atomic<std::uint32_t> references_{1};
  std::uint32_t hash_ = 0;   // of the label values, see SeriesIndex
  std::uint32_t place_ = 0;  // see SeriesList
  std::uint32_t labels_size_ = 0;
  std::uint16_t labels_offset_ = 0;
  bool has_raw_labels_ = false;  // no label value had to be escaped
  mutable std::atomic<std::uint8_t> wishes_{0};
  std::uint32_t idle_since_ = 0;  // see Expiry
};

// A counted reference to a series; empty by default.
template <class T>
class SeriesPtr {
 public:
  SeriesPtr() noexcept = default;
  // Takes over a reference.
  explicit SeriesPtr(T* series) noexcept : series_(series) {}
  SeriesPtr(const SeriesPtr& other) noexcept : series_(other.series_) {
    if (series_) series_->retain();
  }
  SeriesPtr(SeriesPtr&& other) noexcept : series_(std::exchange(other.series_, nullptr)) {}
  SeriesPtr& operator=(const SeriesPtr& other) noexcept {
    SeriesPtr copy(other);
    std::swap(series_, copy.series_);
    return *this;
  }
  SeriesPtr& operator=(SeriesPtr&& other) noexcept {
    SeriesPtr taken(std::move(other));  // leaves the other one empty
    std::swap(series_, taken.series_);
    return *this;
  }
  ~SeriesPtr() {
    if (series_) series_->release();
  }

  explicit operator bool() const noexcept { return series_ != nullptr; }
  T* operator->() const noexcept { return series_; }

  // Hands the reference over to the caller.
  T* detach() noexcept { return std::exchange(series_, nullptr); }

 private:
  T* series_ = nullptr;
};

// Notes that an update was refused: a negative or NaN amount, say.
NARTHEX_EXPORT void count_rejected_update() noexcept;

}  // namespace narthex::detail
