#pragma once

#include <memory>
#include <utility>

#include <narthex/detail/export.h>

namespace narthex {

namespace detail {
class RegisteredCollector;
}

/// Keeps a collector or a function in its registry for as long as it lives.
/// Values: a default one keeps nothing. Its registry may be gone before it.
/// Threads: its end waits for a call of the collector that is under way on another thread, so do not hold a lock there
///   that the collector takes. Within that very call it does not wait.
/// Errors: none.
class [[nodiscard]] Registration {
 public:
  Registration() noexcept = default;
  Registration(const Registration&) = delete;
  Registration& operator=(const Registration&) = delete;
  Registration(Registration&&) noexcept = default;
  Registration& operator=(Registration&& other) noexcept {
    if (this == &other) return *this;
    end();
    collector_ = std::move(other.collector_);
    return *this;
  }
  ~Registration() { end(); }

  /// Leaves it in the registry until the registry itself ends: `registry.add(...).keep();`
  void keep() noexcept { collector_.reset(); }

 private:
  friend class Registry;
  explicit Registration(std::weak_ptr<detail::RegisteredCollector> collector) noexcept
      : collector_(std::move(collector)) {}

  NARTHEX_EXPORT void end() noexcept;

  std::weak_ptr<detail::RegisteredCollector> collector_;
};

}  // namespace narthex
