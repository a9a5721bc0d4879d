#pragma once

#include <array>
#include <cstddef>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <narthex/detail/export.h>
#include <narthex/detail/label_value.h>

namespace NARTHEX_VISIBILITY narthex {

template <class Metric, std::size_t N>
class Family;
template <class Metric>
class DynamicFamily;

namespace detail {

// The default of the label names, which must be an array. It has no default constructor, because Clang would accept
// empty braces as label names.
struct NoLabelName {
  explicit constexpr NoLabelName(int /*unused*/) noexcept {}
  template <class Name, class Value>
  NoLabelName(const Name&, const Value&) noexcept {
    static_assert(is_allowed<Name>,
                  "label names have no values: {\"zone\", \"host\"}; constant labels are an option: "
                  ".labels = {{\"zone\", \"b\"}}");
  }
};
using NoLabelNames = NoLabelName[1];
inline constexpr NoLabelNames kNoLabelNames = {NoLabelName(0)};

// A range of texts. A text is not one, because its elements are characters.
template <class T>
inline constexpr bool is_label_names = requires(const T& names) {
  requires TextLabel<std::remove_cvref_t<decltype(*std::begin(names))>>;
  std::end(names);
};

// The number of label names, if the type of the names determines it.
template <class Names>
inline constexpr std::size_t kLabelCount = std::dynamic_extent;
template <class Name, std::size_t N>
inline constexpr std::size_t kLabelCount<Name[N]> = N;
template <class Name, std::size_t N>
inline constexpr std::size_t kLabelCount<std::array<Name, N>> = N;
template <class Name, std::size_t N>
inline constexpr std::size_t kLabelCount<std::span<Name, N>> = N;
template <>
inline constexpr std::size_t kLabelCount<NoLabelNames> = 0;

template <class Names>
constexpr std::size_t fixed_label_count() {
  constexpr bool is_fixed = kLabelCount<Names> != std::dynamic_extent;
  static_assert(is_fixed || !is_label_names<Names>,  // label_names() reports a wrong type
                "a function takes its label names in braces, {\"zone\", \"host\"}, or in a std::array");
  return is_fixed ? kLabelCount<Names> : 1;
}

template <class Metric, class Names>
using FamilyWith = std::conditional_t<kLabelCount<Names> == std::dynamic_extent, DynamicFamily<Metric>,
                                      Family<Metric, kLabelCount<Names>>>;

inline std::vector<std::string> label_names(const NoLabelNames& /*names*/) { return {}; }
template <class Names>
auto label_names(
    const Names& names) {  // auto: Clang instantiates it immediately, and the error shows the caller's line
  static_assert(is_label_names<Names>,
                "label names are strings in braces, {\"zone\", \"host\"}, or a range of strings such as std::array or "
                "std::vector<std::string>");
  std::vector<std::string> texts;
  if constexpr (is_label_names<Names>) {
    for (const auto& name : names) texts.emplace_back(as_label(name));
  }
  return texts;
}

}  // namespace detail
}  // namespace narthex
