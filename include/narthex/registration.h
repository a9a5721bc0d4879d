#pragma once

#include <memory>
#include <utility>

#include <narthex/detail/export.h>

namespace narthex {

namespace detail {
class RegisteredCollector;
}

/// Keeps a collector or a function in its registry. When the Registration ends, the registry removes it.
///
/// Values: a default one keeps nothing.
/// Thread safety: as for every C++ value. The end waits for a call of the collector on another thread, so do not hold a
///   mutex there that the collector locks. The end does not wait if it happens inside such a call.
/// Exceptions: none.
/// Lifetime: the registry may be destroyed first.
///
/// Example:
///   narthex::Registration depth =
///       registry.gauge_function({.name = "queue_depth", .help = "Jobs that wait."}, [&] { return queue.size(); });
class [[nodiscard]] Registration {
 public:
  /// Keeps nothing.
  Registration() noexcept = default;
  Registration(const Registration&) = delete;
  Registration& operator=(const Registration&) = delete;
  Registration(Registration&&) noexcept = default;
  /// Ends the collector or function that this one kept.
  Registration& operator=(Registration&& other) noexcept {
    if (this == &other) return *this;
    end();
    collector_ = std::move(other.collector_);
    return *this;
  }
  ~Registration() { end(); }

  /// Keeps the function or collector until its registry is destroyed: `registry.gauge_function(...).keep();`
  void keep() noexcept { collector_.reset(); }

 private:
  friend class Registry;
  explicit Registration(std::weak_ptr<detail::RegisteredCollector> collector) noexcept
      : collector_(std::move(collector)) {}

  NARTHEX_EXPORT void end() noexcept;

  std::weak_ptr<detail::RegisteredCollector> collector_;
};

}  // namespace narthex
