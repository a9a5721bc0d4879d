#include "families/series_list.h"

#include <algorithm>
#include <utility>

namespace narthex::detail {

void SeriesList::reserve_one() {
  if (places_.size() == places_.capacity()) places_.reserve(std::max<std::size_t>(2 * places_.size(), 1));
}

void SeriesList::add(Series* series) noexcept {
  series->place_ = static_cast<std::uint32_t>(places_.size());
  places_.push_back(series);
  ++size_;
}

bool SeriesList::has(const Series& series) const noexcept {
  return series.place_ < places_.size() && places_[series.place_] == &series;
}

RetiredPtr SeriesList::remove(const Series& series, RetiredPtr retirement) noexcept {
  take_out(series);
  if (Cursor* cursor = cursor_on(series)) prepend(std::move(retirement), cursor->removed_);
  return retirement;
}

void SeriesList::take_out(const Series& series) noexcept {
  places_[series.place_] = nullptr;
  --size_;
  if (places_.size() > 2 * size_ + 64) close_holes();
}

SeriesList::Cursor* SeriesList::cursor_on(const Series& series) const noexcept {
  const auto works_on_it = [&series](const Cursor* cursor) {
    return std::ranges::find(cursor->batch(), &series) != cursor->batch().end();
  };
  const auto found = std::ranges::find_if(cursors_, works_on_it);
  return found == cursors_.end() ? nullptr : *found;
}

std::span<Series* const> SeriesList::next_places(std::size_t most) noexcept {
  if (hand_ >= places_.size()) hand_ = 0;
  const std::span<Series* const> next = places().subspan(hand_, std::min(most, places_.size() - hand_));
  hand_ += next.size();
  return next;
}

void SeriesList::close_holes() noexcept {
  const auto without_holes = [this](std::size_t place) {
    return place - static_cast<std::size_t>(std::ranges::count(std::span(places_).first(place), nullptr));
  };
  for (Cursor* cursor : cursors_) {
    cursor->place_ = without_holes(cursor->place_);
    cursor->end_ = without_holes(cursor->end_);
  }
  hand_ = without_holes(hand_);
  std::erase(places_, nullptr);
  if (places_.capacity() > 4 * places_.size() + 64) places_.shrink_to_fit();  // whether it can is no matter
  for (std::size_t place = 0; place < places_.size(); ++place) {
    places_[place]->place_ = static_cast<std::uint32_t>(place);
  }
}

SeriesList::Cursor::Cursor(SeriesList& list, std::mutex& mutex) : list_(list), mutex_(mutex) {
  const std::lock_guard lock(mutex_);
  list_.cursors_.push_back(this);
  end_ = list_.places_.size();
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

std::span<Series* const> SeriesList::Cursor::next() noexcept {
  RetiredPtr removed;
  {
    const std::lock_guard lock(mutex_);
    removed = leave_batch();
    const std::span places = list_.places();
    for (; place_ < end_ && size_ < batch_.size(); ++place_) {
      if (places[place_]) batch_[size_++] = places[place_];
    }
  }
  Reclaimer::retire(std::move(removed));
  return batch();
}

RetiredPtr SeriesList::Cursor::leave_batch() noexcept {
  size_ = 0;
  RetiredPtr free;
  while (removed_) {
    RetiredPtr one = take_first(removed_);
    Cursor* const other = list_.cursor_on(*static_cast<const Series*>(one->object));
    prepend(std::move(one), other ? other->removed_ : free);
  }
  return free;
}

}  // namespace narthex::detail
