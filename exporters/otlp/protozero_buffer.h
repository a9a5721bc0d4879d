#pragma once

#include <cstddef>
#include <cstring>

#include <protozero/buffer_tmpl.hpp>

#include "push/byte_buffer.h"

// Lets protozero write into a ByteBuffer.
template <>
struct protozero::buffer_customization<narthex::detail::ByteBuffer> {
  using Buffer = narthex::detail::ByteBuffer;

  static std::size_t size(const Buffer* buffer) noexcept { return buffer->size(); }
  static void append(Buffer* buffer, const char* data, std::size_t count) { buffer->append({data, count}); }
  static void append_zeros(Buffer* buffer, std::size_t count) {
    char* const end = buffer->reserve(count);
    std::memset(end, 0, count);
    buffer->set_end(end + count);
  }
  static void resize(Buffer* buffer, std::size_t size) noexcept { buffer->shrink(size); }
  static void reserve_additional(Buffer* buffer, std::size_t size) { static_cast<void>(buffer->reserve(size)); }
  static void erase_range(Buffer* buffer, std::size_t from, std::size_t to) noexcept {
    std::memmove(buffer->data() + from, buffer->data() + to, buffer->size() - to);
    buffer->shrink(buffer->size() - (to - from));
  }
  static char* at_pos(Buffer* buffer, std::size_t position) noexcept { return buffer->data() + position; }
  static void push_back(Buffer* buffer, char byte) {
    char* const end = buffer->reserve(1);
    *end = byte;
    buffer->set_end(end + 1);
  }
};
