#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include <narthex/detail/file_descriptor.h>

namespace narthex::detail {

class TlsContext;

// The result of moving bytes without blocking.
struct Transfer {
  enum class Wait { none, readable, writable };

  std::size_t bytes = 0;
  Wait wait = Wait::none;  // nothing was moved; try again when the socket is ready
  bool is_end = false;     // the client sends nothing more
  bool is_broken = false;  // the connection cannot be used any more
};

// The server's end of a connection. It never blocks.
// Thread safety: one thread at a time.
class ByteStream {
 public:
  ByteStream() = default;
  ByteStream(const ByteStream&) = delete;
  ByteStream& operator=(const ByteStream&) = delete;
  virtual ~ByteStream() = default;

  // Continues the handshake. It is done if there is nothing to wait for.
  virtual Transfer handshake() = 0;
  virtual Transfer read(std::span<char> bytes) = 0;
  // Writes a part of `first` and `second`, one after the other.
  virtual Transfer write(std::string_view first, std::string_view second) = 0;
  // Ends the sending direction: the client reads the end of the stream.
  virtual void shut_down() = 0;
};

// A stream without encryption. The socket must stay open for as long as the stream exists.
std::unique_ptr<ByteStream> plain_stream(int socket);

// A stream with TLS. Throws std::bad_alloc.
std::unique_ptr<ByteStream> tls_stream(std::shared_ptr<const TlsContext> context, int socket);

}  // namespace narthex::detail
