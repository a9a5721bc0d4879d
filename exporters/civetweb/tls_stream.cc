#include "civetweb/tls_stream.h"

#include <array>
#include <new>
#include <string_view>
#include <utility>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

namespace narthex::detail {

namespace {

constexpr std::string_view kNotEncrypted =
    "HTTP/1.1 400 Bad Request\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n"
    "Connection: close\r\n"
    "\r\n"
    "this port speaks HTTPS\n";

// Takes what has come and nobody will read: closing over it would be a reset, which costs the client what it was told.
void drain(int fd) {
  std::array<char, 4096> bytes;
  for (int parts = 0; parts < 16 && ::recv(fd, bytes.data(), bytes.size(), 0) > 0; ++parts) {
  }
}

}  // namespace

TlsStream::TlsStream(std::shared_ptr<const TlsContext> context, FileDescriptor socket)
    : context_(std::move(context)), socket_(std::move(socket)), ssl_(SSL_new(context_->raw()), SSL_free) {
  if (!ssl_ || SSL_set_fd(ssl_.get(), socket_.fd()) != 1) throw std::bad_alloc();
  SSL_set_accept_state(ssl_.get());
}

short TlsStream::events(bool to_read, bool to_write) const noexcept {
  return static_cast<short>((to_read ? read_awaits_ : 0) | (to_write ? write_awaits_ : 0));
}

Transfer TlsStream::read(std::span<char> bytes) {
  ERR_clear_error();
  read_awaits_ = POLLIN;
  std::size_t n = 0;
  const int result = SSL_read_ex(ssl_.get(), bytes.data(), bytes.size(), &n);
  return result == 1 ? Transfer{.bytes = n} : moved_nothing(result, read_awaits_);
}

Transfer TlsStream::write(std::span<const char> bytes) {
  ERR_clear_error();
  write_awaits_ = POLLOUT;
  std::size_t n = 0;
  const int result = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &n);
  return result == 1 ? Transfer{.bytes = n} : moved_nothing(result, write_awaits_);
}

Transfer TlsStream::moved_nothing(int result, short& awaits) {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      awaits = POLLIN;
      return {};
    case SSL_ERROR_WANT_WRITE:
      awaits = POLLOUT;
      return {};
    case SSL_ERROR_ZERO_RETURN:
      return {.is_end = true};
    default:
      if (ERR_GET_REASON(ERR_peek_error()) == SSL_R_HTTP_REQUEST) {
        ::send(fd(), kNotEncrypted.data(), kNotEncrypted.size(), MSG_NOSIGNAL);
      }
      drain(fd());
      return {.is_broken = true};
  }
}

void TlsStream::end() {
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
  ::shutdown(fd(), SHUT_WR);
}

}  // namespace narthex::detail
