#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <span>
#include <string_view>
#include <utility>

#include <narthex/detail/label_value.h>

namespace narthex {

namespace detail {

// Takes the samples of one family, each with its label values in the order of their names.
using EmitSample = std::function<void(double value, std::span<const std::string_view> label_values)>;

// Computes the samples of one family.
using EmitFunction = std::function<void(const EmitSample& emit)>;

// A function of one value, without labels. Empty: so is what it returns.
inline EmitFunction emit_value(std::function<double()> function) {
  if (!function) return {};
  return [function = std::move(function)](const EmitSample& sample) { sample(function(), {}); };
}

}  // namespace detail

/// What a function with labels calls for each of its samples: `emit(3, "idle")`.
/// Values: the sample's, then N label values, of the types that Family::labels() takes.
/// Threads: for the call that it is passed to, on its thread.
/// Errors: std::bad_alloc.
template <std::size_t N>
class Emit {
 public:
  template <detail::LabelArgument... Values>
  requires(sizeof...(Values) == N) void operator()(double value, const Values&... label_values) const {
    emit(value, detail::as_label(label_values)...);
  }

 private:
  friend class Registry;
  explicit Emit(const detail::EmitSample& sample) noexcept : sample_(sample) {}

  // A function with labels. Empty: so is what it returns.
  static detail::EmitFunction each(std::function<void(const Emit&)> function) {
    if (!function) return {};
    return [function = std::move(function)](const detail::EmitSample& sample) { function(Emit(sample)); };
  }

  // The texts live until the call returns, so the views into them do too.
  template <class... Texts>
  void emit(double value, const Texts&... texts) const {
    sample_(value, std::array<std::string_view, N>{std::string_view(texts)...});
  }

  const detail::EmitSample& sample_;
};

}  // namespace narthex
