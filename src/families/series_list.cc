#include "families/series_list.h"

#include <algorithm>
#include <utility>

namespace narthex::detail {

void SeriesList::reserve_one() {
  if (series_.size() < series_.capacity()) return;
  if (series_.size() > size_ + size_ / 8) {
    compact();
  } else {
    series_.reserve(std::max<std::size_t>(2 * series_.size(), 1));
  }
}

void SeriesList::add(Series* series) noexcept {
  series->position_ = static_cast<std::uint32_t>(series_.size());
  series_.push_back(series);
  ++size_;
}

bool SeriesList::has(const Series& series) const noexcept {
  return series.position_ < series_.size() && series_[series.position_] == &series;
}

RetiredPtr SeriesList::remove(const Series& series, RetiredPtr retired) noexcept {
  erase(series);
  if (Cursor* cursor = cursor_on(series)) prepend(std::move(retired), cursor->removed_);
  return retired;
}

void SeriesList::erase(const Series& series) noexcept {
  series_[series.position_] = nullptr;
  --size_;
  if (series_.size() > 2 * size_ + 64) compact();
}

SeriesList::Cursor* SeriesList::cursor_on(const Series& series) const noexcept {
  const auto has_series = [&series](const Cursor* cursor) {
    return std::ranges::find(cursor->batch(), &series) != cursor->batch().end();
  };
  const auto found = std::ranges::find_if(cursors_, has_series);
  return found == cursors_.end() ? nullptr : *found;
}

std::span<Series* const> SeriesList::advance_hand(std::size_t max) noexcept {
  if (hand_ >= series_.size()) hand_ = 0;
  const std::span<Series* const> passed = positions().subspan(hand_, std::min(max, series_.size() - hand_));
  hand_ += passed.size();
  return passed;
}

void SeriesList::compact() noexcept {
  const auto without_holes = [this](std::size_t position) {
    return position - static_cast<std::size_t>(std::ranges::count(positions().first(position), nullptr));
  };
  for (Cursor* cursor : cursors_) {
    cursor->position_ = without_holes(cursor->position_);
    cursor->end_ = without_holes(cursor->end_);
  }
  hand_ = without_holes(hand_);
  std::erase(series_, nullptr);
  if (series_.capacity() > 4 * series_.size() + 64) series_.shrink_to_fit();  // does nothing if the memory is missing
  for (std::size_t position = 0; position < series_.size(); ++position) {
    series_[position]->position_ = static_cast<std::uint32_t>(position);
  }
}

static_assert(sizeof(SeriesList::Cursor) <= 1'032, "see kBatch");

SeriesList::Cursor::Cursor(SeriesList& list, Mutex& mutex) : list_(list), mutex_(mutex) {
  const std::lock_guard lock(mutex_);
  list_.cursors_.push_back(this);
  end_ = list_.series_.size();
  take_batch();
}

SeriesList::Cursor::~Cursor() {
  RetiredPtr removed;
  {
    const std::lock_guard lock(mutex_);
    std::erase(list_.cursors_, this);
    removed = leave_batch();
  }
  Reclaimer::retire(std::move(removed));
}

bool SeriesList::Cursor::advance() noexcept {
  if (size_ < kBatch) return false;  // only the last batch is not full; only this thread changes size_
  RetiredPtr removed;
  {
    const std::lock_guard lock(mutex_);
    removed = leave_batch();
    take_batch();
  }
  Reclaimer::retire(std::move(removed));
  return true;
}

void SeriesList::Cursor::take_batch() noexcept {
  std::size_t size = 0;  // a member would be stored for each series
  for (; position_ < end_ && size < batch_.size(); ++position_) {
    if (Series* series = list_.series_[position_]) batch_[size++] = series;
  }
  size_ = size;
}

RetiredPtr SeriesList::Cursor::leave_batch() noexcept {
  size_ = 0;
  RetiredPtr unused;
  while (removed_) {
    RetiredPtr one = pop_front(removed_);
    Cursor* const other = list_.cursor_on(*static_cast<const Series*>(one->object));
    prepend(std::move(one), other ? other->removed_ : unused);
  }
  return unused;
}

}  // namespace narthex::detail
