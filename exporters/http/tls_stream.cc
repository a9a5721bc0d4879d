#include <array>
#include <new>
#include <utility>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include "http/byte_stream.h"
#include "http/tls_context.h"

namespace narthex::detail {

namespace {

constexpr std::string_view kNotEncrypted =
    "HTTP/1.1 400 Bad Request\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n"
    "Content-Length: 51\r\n"
    "Connection: close\r\n"
    "\r\n"
    "this port expects TLS; use https:// in the address\n";

// Reads what has arrived: closing a socket with unread bytes resets the connection, and the client loses the reply or
// the alert.
void discard_received(int socket) {
  std::array<char, 4096> bytes;
  for (int parts = 0; parts < 16 && ::recv(socket, bytes.data(), bytes.size(), 0) > 0; ++parts) {
  }
}

// OpenSSL on a socket. It writes with write(2), so the thread must block SIGPIPE.
class TlsStream final : public ByteStream {
 public:
  TlsStream(std::shared_ptr<const TlsContext> context, int socket)
      : context_(std::move(context)), socket_(socket), ssl_(SSL_new(context_->raw()), SSL_free) {
    if (!ssl_ || SSL_set_fd(ssl_.get(), socket) != 1) throw std::bad_alloc();
    SSL_set_accept_state(ssl_.get());
  }

  Transfer handshake() override {
    ERR_clear_error();
    const int result = SSL_do_handshake(ssl_.get());
    return result == 1 ? Transfer{} : failed(result);
  }

  Transfer read(std::span<char> bytes) override {
    ERR_clear_error();
    std::size_t n = 0;
    const int result = SSL_read_ex(ssl_.get(), bytes.data(), bytes.size(), &n);
    return result == 1 ? Transfer{.bytes = n} : failed(result);
  }

  Transfer write(std::string_view first, std::string_view second) override {
    const std::string_view bytes = first.empty() ? second : first;
    ERR_clear_error();
    std::size_t n = 0;
    const int result = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &n);
    return result == 1 ? Transfer{.bytes = n} : failed(result);
  }

  void shut_down() override {
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
    ::shutdown(socket_, SHUT_WR);
  }

 private:
  Transfer failed(int result) {
    switch (SSL_get_error(ssl_.get(), result)) {
      case SSL_ERROR_WANT_READ:
        return {.wait = Transfer::Wait::readable};
      case SSL_ERROR_WANT_WRITE:
        return {.wait = Transfer::Wait::writable};
      case SSL_ERROR_ZERO_RETURN:
        return {.is_end = true};
      default:
        if (ERR_GET_REASON(ERR_peek_error()) == SSL_R_HTTP_REQUEST) {
          ::send(socket_, kNotEncrypted.data(), kNotEncrypted.size(), MSG_NOSIGNAL);
        }
        discard_received(socket_);
        return {.is_broken = true};
    }
  }

  const std::shared_ptr<const TlsContext> context_;
  const int socket_;
  const std::unique_ptr<SSL, void (*)(SSL*)> ssl_;
};

}  // namespace

std::unique_ptr<ByteStream> tls_stream(std::shared_ptr<const TlsContext> context, int socket) {
  return std::make_unique<TlsStream>(std::move(context), socket);
}

}  // namespace narthex::detail
