#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <narthex/detail/file_descriptor.h>
#include <sys/types.h>

namespace narthex::detail {

// A socket that accepts connections, of one entry of HttpOptions::listen. The destructor closes it unless it was
// released, and removes the file of a Unix socket.
class Listener {
 public:
  // Opens the sockets of a comma-separated list. Throws ListenError, which quotes the entry that is wrong.
  static std::vector<Listener> open_all(std::string_view listen, unsigned socket_mode);

  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  Listener(Listener&& other) noexcept = default;
  Listener& operator=(Listener&&) = delete;
  ~Listener();

  int fd() const noexcept { return socket_.fd(); }
  // The caller owns the socket from now on.
  void release() noexcept { socket_.release(); }
  const std::string& address() const noexcept { return address_; }  // "127.0.0.1:41267", "unix:/run/app.sock"
  std::uint16_t port() const noexcept { return port_; }             // 0: a Unix socket

  // Leaves the file to another process, which serves it.
  void keep_file() noexcept { file_.path.clear(); }

 private:
  // The file of a Unix socket, which is removed only if it is still the same file.
  struct SocketFile {
    std::string path{};
    dev_t device = 0;
    ino_t inode = 0;
  };

  Listener(FileDescriptor socket, SocketFile file);

  static Listener open(std::string_view entry, unsigned socket_mode);
  static Listener open_unix(std::string_view entry, unsigned socket_mode);
  static Listener open_inherited(std::string_view entry);

  FileDescriptor socket_;
  SocketFile file_;  // without a path: there is no file to remove
  std::string address_;
  std::uint16_t port_ = 0;
};

}  // namespace narthex::detail
