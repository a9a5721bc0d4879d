#pragma once

#include <memory>
#include <utility>

#include <narthex/detail/export.h>

namespace NARTHEX_VISIBILITY narthex {

namespace detail {
class RegisteredCollector;
}

/// Keeps a collector or a function in its registry. When the Registration is destroyed, the registry removes the
/// collector or function.
///
/// Values: a default-constructed Registration keeps nothing. After Registry::clear() it keeps nothing.
/// Thread safety: only one thread may use a Registration at a time. The destructor waits while another thread calls the
///   collector. Therefore do not destroy a Registration while you hold a mutex that the collector locks. The destructor
///   does not wait if the collector itself runs it.
/// Exceptions: none.
/// Lifetime: the registry may be destroyed first.
///
/// Example:
///   narthex::Registration depth =
///       registry.gauge_function({.name = "queue_depth", .help = "Jobs that wait."}, [&] { return queue.size(); });
class [[nodiscard]] NARTHEX_VISIBILITY Registration {
 public:
  /// Keeps nothing.
  Registration() noexcept = default;
  Registration(const Registration&) = delete;
  Registration& operator=(const Registration&) = delete;
  Registration(Registration&&) noexcept = default;
  /// Removes the collector or function that this object kept, and takes over that of the other object.
  Registration& operator=(Registration&& other) noexcept {
    if (this == &other) return *this;
    end();
    collector_ = std::move(other.collector_);
    return *this;
  }
  ~Registration() { end(); }

  /// Returns whether the registry has the collector or function. After keep() and Registry::clear() it returns false.
  [[nodiscard]] bool is_active() const noexcept { return !collector_.expired(); }

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
