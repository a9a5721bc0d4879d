#include "base/joined.h"

#include "base/number.h"

namespace narthex::detail {

namespace {

template <class Item, class Append>
std::string joined_with(std::span<const Item> items, std::string_view separator, Append append) {
  std::string text;
  bool is_first = true;
  for (const Item& item : items) {
    if (!is_first) text += separator;
    is_first = false;
    append(text, item);
  }
  return text;
}

}  // namespace

std::string joined(std::span<const std::string> texts, std::string_view separator) {
  return joined_with(texts, separator, [](std::string& text, const std::string& item) { text += item; });
}

std::string joined(std::span<const double> numbers, std::string_view separator) {
  return joined_with(numbers, separator, append_number);
}

}  // namespace narthex::detail
