#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

#include <protozero/basic_pbf_writer.hpp>

#include "base/bytes.h"

namespace narthex::detail {

// The buffer that protozero writes messages to. Unlike a std::string it does not zero its memory nor end in a zero
// byte, which halves the time.
//
//   [ bytes of the message | free ]
//   ^ bytes_               ^ end_ ^ limit_
class MessageBuffer {
 public:
  std::string_view bytes() const noexcept { return {bytes_.get(), size()}; }
  // Whether it is small enough to be kept between scrapes; 4 MiB take about 50,000 counters.
  bool is_worth_keeping() const noexcept { return limit_ - bytes_.get() <= std::ptrdiff_t{4} << 20; }
  std::size_t size() const noexcept { return static_cast<std::size_t>(end_ - bytes_.get()); }
  char* at(std::size_t position) noexcept { return bytes_.get() + position; }

  void push_back(char byte) {
    if (end_ == limit_) grow(1);
    *end_++ = byte;
  }
  // Appends `size` bytes, which the caller writes to the returned address.
  char* extend(std::size_t size) {
    if (size > static_cast<std::size_t>(limit_ - end_)) grow(size);
    end_ += size;
    return end_ - size;
  }
  void append(std::string_view bytes) { put(extend(bytes.size()), bytes); }
  void resize(std::size_t size) noexcept { end_ = bytes_.get() + size; }  // to a smaller one
  void erase(std::size_t from, std::size_t to) noexcept {
    std::memmove(at(from), at(to), size() - to);
    end_ -= to - from;
  }

 private:
  void grow(std::size_t size);

  std::unique_ptr<char[]> bytes_;
  char* end_ = nullptr;
  char* limit_ = nullptr;
};

}  // namespace narthex::detail

// The interface by which protozero uses a buffer.
template <>
struct protozero::buffer_customization<narthex::detail::MessageBuffer> {
  using Buffer = narthex::detail::MessageBuffer;

  static std::size_t size(const Buffer* buffer) noexcept { return buffer->size(); }
  static void append(Buffer* buffer, const char* data, std::size_t count) { buffer->append({data, count}); }
  static void append_zeros(Buffer* buffer, std::size_t count) { std::memset(buffer->extend(count), 0, count); }
  static void resize(Buffer* buffer, std::size_t size) noexcept { buffer->resize(size); }
  static void reserve_additional(Buffer*, std::size_t) noexcept {}  // it grows by itself
  static void erase_range(Buffer* buffer, std::size_t from, std::size_t to) noexcept { buffer->erase(from, to); }
  static char* at_pos(Buffer* buffer, std::size_t position) noexcept { return buffer->at(position); }
  static void push_back(Buffer* buffer, char byte) { buffer->push_back(byte); }
};
