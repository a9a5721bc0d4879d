#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

#include <narthex/detail/export.h>
#include <narthex/detail/label_value.h>

namespace NARTHEX_VISIBILITY narthex {

namespace detail {

// Receives the samples of one family. The label values are in the order of the label names.
using EmitSample = std::function<void(double value, std::span<const std::string_view> label_values)>;

// Computes the samples of one family.
using EmitFunction = std::function<void(const EmitSample& emit)>;

// Returns a function that emits one sample without labels. If `function` is empty, returns an empty function.
inline EmitFunction emit_value(std::function<double()> function) {
  if (!function) return {};
  return [function = std::move(function)](const EmitSample& sample) { sample(function(), {}); };
}

}  // namespace detail

/// The argument of a function that computes the samples of a family with labels. The function calls it once for each
/// sample: `emit(3, "idle")`.
///
/// Values: the value of the sample, then N label values of the types that Family::labels() takes.
/// Thread safety: use it only on the thread of the call that received it.
/// Exceptions: std::bad_alloc.
/// Lifetime: ends with the call that received it.
template <std::size_t N>
class Emit {
 public:
  /// Adds a sample with these label values.
  template <class... Values>
  void operator()(double value, const Values&... label_values) const {
    static_assert(sizeof...(Values) == N, "one label value is required for each label name of the family");
    emit(value, detail::as_label(label_values)...);
  }
  /// Does not compile: the error says how label values are passed.
  template <class Caller = Emit>
  void operator()(double /*value*/, std::initializer_list<detail::Braces> /*label_values*/) const {
    detail::refuse_braces<Caller>();
  }

 private:
  friend class Registry;
  explicit Emit(const detail::EmitSample& sample) noexcept : sample_(sample) {}

  // Returns a function that emits samples with labels. If `function` is empty, returns an empty function.
  static detail::EmitFunction each(std::function<void(const Emit&)> function) {
    if (!function) return {};
    return [function = std::move(function)](const detail::EmitSample& sample) { function(Emit(sample)); };
  }

  // The views into the texts are valid, because the texts exist until the call returns.
  template <class... Texts>
  void emit(double value, const Texts&... texts) const {
    sample_(value, std::array<std::string_view, sizeof...(Texts)>{std::string_view(texts)...});
  }

  const detail::EmitSample& sample_;
};

/// A function that computes the samples of a family with N label names. It calls its argument for each sample.
template <std::size_t N>
using Emitter = std::type_identity_t<std::function<void(const Emit<N>&)>>;

}  // namespace narthex
