#pragma once

#include <array>
#include <cstddef>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <narthex/closed_label.h>
#include <narthex/detail/export.h>
#include <narthex/detail/label_value.h>

namespace NARTHEX_VISIBILITY narthex {

template <class Metric, std::size_t N>
class Family;
template <class Metric>
class DynamicFamily;
template <class Metric, class... Keys>
class EnumFamily;

namespace detail {

// The type of label names in braces that are not texts. It has no default constructor, because Clang would accept empty
// braces as label names.
struct LabelName {
  template <class Name, class Value>
  LabelName(const Name&, const Value&) noexcept {
    static_assert(is_allowed<Name>,
                  "label names have no values: {\"zone\", \"host\"}; constant labels are an option: "
                  ".labels = {{\"zone\", \"b\"}}");
  }
};

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

template <class Names>
constexpr std::size_t fixed_label_count() {
  constexpr bool is_fixed = kLabelCount<Names> != std::dynamic_extent;
  static_assert(is_fixed || !is_label_names<Names>,  // label_names() reports a wrong type
                R"(a function takes its label names in braces, {"zone", "host"}, or in a std::array)");
  return is_fixed ? kLabelCount<Names> : 1;
}

// The type of a family with these labels: none, the names in one range, or closed labels.
template <class Metric, class... Labels>
struct FamilyType {
  using Type = DynamicFamily<Metric>;  // a mistake, which label_set() reports
};
template <class Metric>
struct FamilyType<Metric> {
  using Type = Family<Metric, 0>;
};
template <class Metric, class Names>
struct FamilyType<Metric, Names> {
  using Type = std::conditional_t<kLabelCount<Names> == std::dynamic_extent, DynamicFamily<Metric>,
                                  Family<Metric, kLabelCount<Names>>>;
};
template <class Metric, class Key>
struct FamilyType<Metric, ClosedLabel<Key>> {
  using Type = EnumFamily<Metric, Key>;
};
template <class Metric, class... Keys>
struct FamilyType<Metric, ClosedLabel<Keys>...> {
  using Type = EnumFamily<Metric, Keys...>;
};
template <class Metric, class... Labels>
using FamilyWith = typename FamilyType<Metric, Labels...>::Type;

template <std::size_t N>
std::vector<std::string> label_names(const LabelName (&/*names*/)[N]) {
  return {};  // the constructor reports the mistake
}
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

// The labels of a definition. The values are those of closed labels, one list for each name; other labels have none.
struct LabelSet {
  std::vector<std::string> names;
  std::vector<std::vector<std::string>> closed_values = {};
};

template <class T>
inline constexpr bool is_closed_label = false;
template <class Key>
inline constexpr bool is_closed_label<ClosedLabel<Key>> = true;

template <class... Labels>
auto label_set(const Labels&... labels) {  // auto: as above
  if constexpr ((is_closed_label<Labels> && ...)) {
    return LabelSet{{labels.name()...}, {labels.values()...}};
  } else if constexpr (sizeof...(Labels) == 1) {
    return LabelSet{label_names(labels...)};
  } else {
    static_assert(is_allowed<Labels...>,
                  "a family has its label names in one range, or only closed labels: enum_label() and text_label()");
    return LabelSet();
  }
}

}  // namespace detail
}  // namespace narthex
