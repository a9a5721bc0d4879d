#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace narthex::detail {

// Returns the texts of items with a separator between them. Items whose text is empty are left out.
template <typename Items, typename Text = std::identity>
std::string joined(const Items& items, std::string_view separator, const Text& text_of = {}) {
  std::string list;
  for (const auto& item : items) {
    const auto& text = std::invoke(text_of, item);
    if (std::string_view(text).empty()) continue;
    if (!list.empty()) list += separator;
    list += text;
  }
  return list;
}

}  // namespace narthex::detail
