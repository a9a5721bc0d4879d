#include "civetweb/stream.h"

#include <cerrno>

#include <poll.h>
#include <sys/socket.h>

namespace narthex::detail {

namespace {

Transfer failed() noexcept { return {.is_broken = errno != EAGAIN && errno != EINTR}; }

}  // namespace

short PlainStream::events(bool to_read, bool to_write) const noexcept {
  return static_cast<short>((to_read ? POLLIN : 0) | (to_write ? POLLOUT : 0));
}

Transfer PlainStream::read(std::span<char> bytes) {
  const ssize_t n = ::recv(fd(), bytes.data(), bytes.size(), 0);
  if (n < 0) return failed();
  return {.bytes = static_cast<std::size_t>(n), .is_end = n == 0};
}

Transfer PlainStream::write(std::span<const char> bytes) {
  const ssize_t n = ::send(fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (n < 0) return failed();
  return {.bytes = static_cast<std::size_t>(n)};
}

void PlainStream::end() { ::shutdown(fd(), SHUT_WR); }

}  // namespace narthex::detail
