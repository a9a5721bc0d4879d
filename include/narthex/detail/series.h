#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <utility>

#include <narthex/detail/export.h>
#include <narthex/labels.h>

namespace narthex {
class Sink;
}

namespace narthex::detail {

// One time series: its labels, and the cells that a metric kind adds by deriving from it.
// It lives as long as somebody refers to it: its family, a handle, or a scrape that is reading it.
class NARTHEX_EXPORT Series {
 public:
  Series() = default;
  Series(const Series&) = delete;
  Series& operator=(const Series&) = delete;
  virtual ~Series();

  // Reads the cells and hands them to the sink as one sample.
  virtual void collect(Sink& sink) const = 0;

  LabelView labels() const noexcept { return LabelView(labels_); }

 private:
  template <class T>
  friend class Ref;
  friend class SeriesTable;

  void retain() const noexcept {
    references_.fetch_add(1, std::memory_order_relaxed);  // relaxed: whoever copies a reference already holds one
  }
  void release() const noexcept {
    // release: our uses happen before the deletion; acquire: the deleter sees everybody's
    if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }

  mutable std::atomic<std::uint32_t> references_{1};
  std::string labels_;
  std::string key_;  // the variable label values, see SeriesTable
};

// A counted reference to a series; empty by default.
template <class T>
class Ref {
 public:
  Ref() noexcept = default;
  // Takes over the reference that `series` was created with.
  explicit Ref(T* series) noexcept : series_(series) {}
  Ref(const Ref& other) noexcept : series_(other.series_) {
    if (series_) series_->retain();
  }
  Ref(Ref&& other) noexcept : series_(std::exchange(other.series_, nullptr)) {}
  Ref& operator=(const Ref& other) noexcept {
    Ref copy(other);
    std::swap(series_, copy.series_);
    return *this;
  }
  Ref& operator=(Ref&& other) noexcept {
    Ref taken(std::move(other));  // leaves the other one empty
    std::swap(series_, taken.series_);
    return *this;
  }
  ~Ref() {
    if (series_) series_->release();
  }

  explicit operator bool() const noexcept { return series_ != nullptr; }
  T* operator->() const noexcept { return series_; }
  T& operator*() const noexcept { return *series_; }

  // The same series as the type that its family's kind made.
  template <class Derived>
  Ref<Derived> as() && noexcept {
    return Ref<Derived>(static_cast<Derived*>(std::exchange(series_, nullptr)));
  }

 private:
  T* series_ = nullptr;
};

// Notes that an update was refused: a negative or NaN amount.
NARTHEX_EXPORT void count_rejected_update() noexcept;

}  // namespace narthex::detail
