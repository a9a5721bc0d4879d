#include "exemplars/native_exemplars.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/infinity.h"

namespace narthex::detail {

namespace {

// Returns the distance of two values on a logarithmic scale. Zero and values of the other sign are infinitely far away.
double distance(double a, double b) noexcept {
  if (a == b) return 0;
  if (a == 0 || b == 0 || std::signbit(a) != std::signbit(b)) return kInfinity;
  return std::abs(std::log(std::abs(a)) - std::log(std::abs(b)));
}

}  // namespace

bool NativeExemplars::add(double value, Time at, std::string_view labels) noexcept {
  const std::size_t index = size_ < kMaxExemplars ? size_ : index_to_replace(value, at);
  if (!exemplars_[index].assign(value, at, labels)) return false;
  size_ = std::max(size_, index + 1);
  sort_in(index);
  return true;
}

std::size_t NativeExemplars::index_to_replace(double value, Time at) const noexcept {
  const auto oldest = std::ranges::min_element(exemplars_, {}, &StoredExemplar::at);
  if (at - oldest->at() > kLifetime) return static_cast<std::size_t>(oldest - exemplars_.begin());
  const auto apart = [this](std::size_t i) { return distance(exemplars_[i].value(), exemplars_[i + 1].value()); };
  std::size_t closest = 0;  // the first of the pair
  for (std::size_t i = 1; i + 1 < kMaxExemplars; ++i) {
    if (apart(i) < apart(closest)) closest = i;
  }
  std::size_t replaced = exemplars_[closest + 1].at() < exemplars_[closest].at() ? closest + 1 : closest;
  double least = apart(closest);
  for (std::size_t i = 0; i < kMaxExemplars; ++i) {  // the new value may be closer to one of them
    if (distance(value, exemplars_[i].value()) < least) {
      least = distance(value, exemplars_[i].value());
      replaced = i;
    }
  }
  return replaced;
}

void NativeExemplars::sort_in(std::size_t index) noexcept {
  const auto is_above = [this](std::size_t i) { return exemplars_[i].value() > exemplars_[i + 1].value(); };
  for (std::size_t i = index; i > 0 && is_above(i - 1); --i) std::swap(exemplars_[i - 1], exemplars_[i]);
  for (std::size_t i = index; i + 1 < size_ && is_above(i); ++i) std::swap(exemplars_[i], exemplars_[i + 1]);
}

}  // namespace narthex::detail
