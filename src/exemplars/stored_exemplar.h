#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <string_view>

#include <narthex/detail/creation_time.h>

#include "shards/reentrancy_guard.h"

namespace narthex::detail {

// One exemplar, or none yet. The next one uses its memory again.
class StoredExemplar {
 public:
  using Time = CreationTime::Time;

  // Replaces the exemplar. The labels are the text of an ExemplarText. Returns false without memory, and changes
  // nothing then.
  bool assign(double value, Time at, std::string_view labels) noexcept {
    if (labels.size() > capacity_ && !grow(labels.size())) return false;
    std::ranges::copy(labels, text_.get());
    size_ = static_cast<std::uint16_t>(labels.size());
    value_ = value;
    at_ = at;
    return true;
  }

  bool is_empty() const noexcept { return size_ == 0; }  // every exemplar has labels
  double value() const noexcept { return value_; }
  Time at() const noexcept { return at_; }
  std::string_view labels() const noexcept { return {text_.get(), size_}; }

 private:
  bool grow(std::size_t size) noexcept {
    constexpr std::size_t kStep = 64;  // so that it rarely grows
    const ReentrancyGuard guard;
    const std::size_t capacity = (size + kStep - 1) / kStep * kStep;
    char* const text = guard ? new (std::nothrow) char[capacity] : nullptr;
    if (!text) return false;
    text_.reset(text);
    capacity_ = static_cast<std::uint16_t>(capacity);
    return true;
  }

  std::unique_ptr<char[]> text_;
  std::uint16_t size_ = 0;
  std::uint16_t capacity_ = 0;
  double value_ = 0;
  Time at_{};
};

}  // namespace narthex::detail
