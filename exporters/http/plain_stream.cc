#include <array>
#include <cerrno>

#include <sys/socket.h>
#include <sys/uio.h>

#include "http/byte_stream.h"

namespace narthex::detail {

namespace {

iovec part_of(std::string_view text) noexcept { return {const_cast<char*>(text.data()), text.size()}; }

Transfer failed(Transfer::Wait wait) noexcept {
  if (errno == EAGAIN) return {.wait = wait};
  if (errno == EINTR) return {};
  return {.is_broken = true};
}

class PlainStream final : public ByteStream {
 public:
  explicit PlainStream(int socket) noexcept : socket_(socket) {}

  Transfer handshake() override { return {}; }

  Transfer read(std::span<char> bytes) override {
    const ssize_t n = ::recv(socket_, bytes.data(), bytes.size(), 0);
    if (n < 0) return failed(Transfer::Wait::readable);
    return {.bytes = static_cast<std::size_t>(n), .is_end = n == 0};
  }

  Transfer write(std::string_view first, std::string_view second) override {
    std::array<iovec, 2> parts{part_of(first), part_of(second)};
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = parts.size();
    const ssize_t n = ::sendmsg(socket_, &message, MSG_NOSIGNAL);
    if (n < 0) return failed(Transfer::Wait::writable);
    return {.bytes = static_cast<std::size_t>(n)};
  }

  void shut_down() override { ::shutdown(socket_, SHUT_WR); }

 private:
  const int socket_;
};

}  // namespace

std::unique_ptr<ByteStream> plain_stream(int socket) { return std::make_unique<PlainStream>(socket); }

}  // namespace narthex::detail
