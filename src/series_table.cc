#include "series_table.h"

#include <cstddef>
#include <iterator>
#include <mutex>
#include <utility>

#include <fmt/format.h>

namespace narthex::detail {

namespace {

// The label values as one text. Their lengths stand in it, so that ("a", "bc") and ("ab", "c") differ.
class Key {
 public:
  explicit Key(std::span<const std::string_view> values) {
    for (const std::string_view value : values) {
      fmt::format_to(std::back_inserter(text_), FMT_STRING("{}:"), value.size());
      text_.append(value);
    }
  }
  operator std::string_view() const noexcept { return {text_.data(), text_.size()}; }

 private:
  fmt::memory_buffer text_;  // on the stack for usual lengths
};

}  // namespace

Ref<Series> SeriesTable::find(std::string_view key) const {
  const auto found = by_key_.find(key);
  return found == by_key_.end() ? Ref<Series>() : *found->second;
}

Ref<Series> SeriesTable::find_or_make(std::span<const std::string_view> values, const Kind& kind,
                                      const LabelOrder& order) {
  const Key key(values);
  {
    const std::shared_lock lock(mutex_);
    if (Ref<Series> found = find(key)) return found;
  }
  Ref<Series> made = kind.make_series();
  made->labels_ = order.render(values);
  made->key_ = std::string_view(key);

  const std::unique_lock lock(mutex_);
  if (Ref<Series> found = find(key)) return found;  // another thread was first
  in_order_.push_back(made);
  try {
    by_key_.emplace(made->key_, std::prev(in_order_.end()));
  } catch (...) {
    in_order_.pop_back();
    throw;
  }
  return made;
}

bool SeriesTable::remove(std::span<const std::string_view> values) {
  const Key key(values);
  Ref<Series> removed;  // let go after the lock: the last reference may free it
  const std::unique_lock lock(mutex_);
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return false;
  removed = std::move(*found->second);
  in_order_.erase(found->second);
  by_key_.erase(found);
  return true;
}

std::vector<Ref<Series>> SeriesTable::all() const {
  const std::shared_lock lock(mutex_);
  return {in_order_.begin(), in_order_.end()};
}

}  // namespace narthex::detail
