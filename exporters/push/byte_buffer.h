#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

#include "base/bytes.h"

namespace narthex::detail {

// Bytes that grow at their end. Unlike a std::string, it has room that is not initialised, and the caller writes to it.
// It keeps its memory when it is cleared.
class ByteBuffer {
 public:
  // Returns the end of the bytes, after which `size` bytes may be written before set_end().
  char* reserve(std::size_t size) {
    if (size > capacity_ - size_) [[unlikely]]
      grow(size);
    return bytes_.get() + size_;
  }
  void set_end(const char* end) noexcept { size_ = static_cast<std::size_t>(end - bytes_.get()); }
  void append(std::string_view bytes) { set_end(put(reserve(bytes.size()), bytes)); }
  // Removes bytes at the end. `size` is not larger than size().
  void shrink(std::size_t size) noexcept { size_ = size; }
  void clear() noexcept { size_ = 0; }

  char* data() noexcept { return bytes_.get(); }
  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  std::string_view view() const noexcept { return {bytes_.get(), size_}; }

 private:
  void grow(std::size_t size) {
    constexpr std::size_t kFirstCapacity = 1024;
    const std::size_t capacity = std::max({kFirstCapacity, size_ + size, 2 * capacity_});
    std::unique_ptr<char[]> bytes = std::make_unique_for_overwrite<char[]>(capacity);
    if (size_ > 0) std::memcpy(bytes.get(), bytes_.get(), size_);
    bytes_ = std::move(bytes);
    capacity_ = capacity;
  }

  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace narthex::detail
