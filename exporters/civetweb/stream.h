#pragma once

#include <cstddef>
#include <span>

#include "http/socket.h"

namespace narthex::detail {

// What a read or a write came to. Nothing moved and nothing else is said: later.
struct Transfer {
  std::size_t bytes = 0;
  bool is_end = false;     // no more will come
  bool is_broken = false;  // nothing can be done with the connection any more
};

// One end of a connection, which never blocks.
class Stream {
 public:
  Stream() = default;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  virtual ~Stream() = default;

  virtual int fd() const noexcept = 0;
  // Returns what poll() has to wait for, for this end to read or to write.
  virtual short events(bool to_read, bool to_write) const noexcept = 0;
  virtual Transfer read(std::span<char> bytes) = 0;
  virtual Transfer write(std::span<const char> bytes) = 0;
  // Says to the other side that no more will come.
  virtual void end() = 0;
};

// Bytes as they are.
class PlainStream final : public Stream {
 public:
  explicit PlainStream(FileDescriptor socket) noexcept : socket_(std::move(socket)) {}

  int fd() const noexcept override { return socket_.fd(); }
  short events(bool to_read, bool to_write) const noexcept override;
  Transfer read(std::span<char> bytes) override;
  Transfer write(std::span<const char> bytes) override;
  void end() override;

 private:
  FileDescriptor socket_;
};

}  // namespace narthex::detail
