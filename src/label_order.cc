#include "label_order.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "escape.h"

namespace narthex::detail {

namespace {

// A label before its family is known to a series: a constant value, or the position of a variable one.
struct Slot {
  std::string_view name;
  std::string_view constant;
  std::optional<std::size_t> variable;
};

std::vector<Slot> sorted_slots(const Labels& constant_labels, std::span<const std::string> label_names) {
  std::vector<Slot> slots;
  for (const auto& [name, value] : constant_labels) slots.push_back({name, value, std::nullopt});
  for (std::size_t i = 0; i < label_names.size(); ++i) slots.push_back({label_names[i], {}, i});
  std::ranges::sort(slots, {}, &Slot::name);
  return slots;
}

}  // namespace

LabelOrder::LabelOrder(const Labels& constant_labels, std::span<const std::string> label_names) {
  bool first = true;
  for (const Slot& slot : sorted_slots(constant_labels, label_names)) {
    if (!std::exchange(first, false)) tail_ += ',';
    tail_ += slot.name;
    tail_ += "=\"";
    if (slot.variable) {
      parts_.push_back({std::exchange(tail_, {}), *slot.variable});
    } else {
      append_label_value(tail_, slot.constant);
    }
    tail_ += '"';
  }
  fixed_size_ = tail_.size();
  for (const Part& part : parts_) fixed_size_ += part.before.size();
}

std::string LabelOrder::render(std::span<const std::string_view> escaped_values) const {
  std::size_t size = fixed_size_;
  for (const std::string_view value : escaped_values) size += value.size();
  std::string text;
  text.reserve(size);
  for (const Part& part : parts_) {
    text += part.before;
    text += escaped_values[part.value];
  }
  text += tail_;
  return text;
}

// It is enough to compare the sizes of both and the values where they would stand: what lies between is the same in
// all texts of a family if the values are. And values that are not the same cannot seem so, shifted against each other:
// each ends with a quote in the text, and no escaped value has a quote without its backslash.
bool LabelOrder::has_values(std::string_view text, std::span<const std::string_view> escaped_values) const noexcept {
  std::size_t size = fixed_size_;
  for (const std::string_view value : escaped_values) size += value.size();
  if (text.size() != size) return false;
  const char* at = text.data();
  for (const Part& part : parts_) {
    const std::string_view value = escaped_values[part.value];
    at += part.before.size();
    if (std::string_view(at, value.size()) != value) return false;
    at += value.size();
  }
  return true;
}

}  // namespace narthex::detail
