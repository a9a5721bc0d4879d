#include "model/label_layout.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/bytes.h"
#include "model/escape.h"
#include "model/names.h"

namespace narthex::detail {

namespace {

// A label with a constant value, or with the index of a variable value.
struct Position {
  std::string_view name;
  std::string_view constant;
  std::optional<std::size_t> variable;
};

std::vector<Position> sorted_positions(const Labels& constant_labels, std::span<const std::string> label_names) {
  std::vector<Position> positions;
  for (const auto& [name, value] : constant_labels) positions.push_back({name, value, std::nullopt});
  for (std::size_t i = 0; i < label_names.size(); ++i) positions.push_back({label_names[i], {}, i});
  std::ranges::sort(positions, {}, &Position::name);
  return positions;
}

}  // namespace

LabelLayout::LabelLayout(const Labels& constant_labels, std::span<const std::string> label_names) {
  bool first = true;
  for (const Position& position : sorted_positions(constant_labels, label_names)) {
    if (!std::exchange(first, false)) tail_ += ',';
    append_label_name(tail_, position.name);
    tail_ += "=\"";
    if (position.variable) {
      parts_.push_back({std::exchange(tail_, {}), *position.variable});
    } else {
      append_label_value(tail_, position.constant);
    }
    tail_ += '"';
  }
  fixed_size_ = tail_.size();
  for (const Part& part : parts_) fixed_size_ += part.before.size();
}

bool LabelLayout::has_values(std::string_view text, LabelValues escaped_values) const noexcept {
  std::size_t at = 0;
  for (const Part& part : parts_) {
    const std::string_view value = escaped_values[part.value];
    const std::size_t begin = at + part.before.size();
    at = begin + value.size();
    if (at >= text.size() || !is_in_quotes(value, text.data() + begin)) return false;
  }
  return at + tail_.size() == text.size();
}

bool LabelLayout::has_values(std::string_view text,
                             std::span<const std::optional<std::string>> escaped_values) const noexcept {
  for (const Part& part : parts_) {
    text.remove_prefix(part.before.size());
    const std::size_t end = end_of_label_value(text);
    const std::optional<std::string>& expected = escaped_values[part.value];
    if (expected && *expected != text.substr(0, end)) return false;
    text.remove_prefix(end);
  }
  return true;
}

}  // namespace narthex::detail
