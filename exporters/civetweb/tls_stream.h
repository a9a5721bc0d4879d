#pragma once

#include <memory>

#include <poll.h>

#include "civetweb/stream.h"
#include "http/socket.h"
#include "http/tls_context.h"

using SSL = struct ssl_st;  // as in tls_context.h

namespace narthex::detail {

// The server's end of a TLS connection. The handshake comes with the first read.
class TlsStream final : public Stream {
 public:
  TlsStream(std::shared_ptr<const TlsContext> context, FileDescriptor socket);

  int fd() const noexcept override { return socket_.fd(); }
  short events(bool to_read, bool to_write) const noexcept override;
  Transfer read(std::span<char> bytes) override;
  Transfer write(std::span<const char> bytes) override;
  void end() override;

 private:
  // Returns what a call that moved nothing came to; `awaits` gets what has to come before the next try.
  Transfer moved_nothing(int result, short& awaits);

  const std::shared_ptr<const TlsContext> context_;
  FileDescriptor socket_;
  const std::unique_ptr<SSL, void (*)(SSL*)> ssl_;
  short read_awaits_ = POLLIN;  // a handshake may have to write before it can read, and the other way round
  short write_awaits_ = POLLOUT;
};

}  // namespace narthex::detail
