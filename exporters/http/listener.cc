#include "http/listener.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <utility>

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "http/listen_address.h"
#include "http/socket.h"

namespace narthex::detail {

namespace {

constexpr std::string_view kUnix = "unix:";
constexpr std::string_view kInherited = "fd:";

// Returns the address as text: "127.0.0.1:9464", "[::1]:9464", "unix:/run/app.sock".
std::string text_of(const SocketAddress& address) {
  std::array<char, INET6_ADDRSTRLEN> host{};
  switch (address.storage.ss_family) {
    case AF_INET:
      ::inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in&>(address.storage).sin_addr, host.data(), host.size());
      return fmt::format("{}:{}", host.data(), port_of(address));
    case AF_INET6:
      ::inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6&>(address.storage).sin6_addr, host.data(),
                  host.size());
      return fmt::format("[{}]:{}", host.data(), port_of(address));
    default:
      break;
  }
  constexpr std::size_t kPath = offsetof(sockaddr_un, sun_path);
  const char* path = reinterpret_cast<const sockaddr_un&>(address.storage).sun_path;
  if (address.size <= kPath) return std::string(kUnix);
  if (path[0] == '\0') return fmt::format("{}@{}", kUnix, std::string_view(path + 1, address.size - kPath - 1));
  return fmt::format("{}{}", kUnix, path);
}

SocketAddress unix_address(std::string_view entry, std::string_view path) {
  SocketAddress address;
  auto& name = reinterpret_cast<sockaddr_un&>(address.storage);
  if (path.empty() || path.find('\0') != std::string_view::npos) {
    refuse_address(entry, EINVAL, "allowed: the path of a file, as in unix:/run/app/metrics.sock");
  }
  if (path.size() >= sizeof name.sun_path) refuse_address(entry, ENAMETOOLONG, "allowed: at most 107 bytes");
  name.sun_family = AF_UNIX;
  std::memcpy(name.sun_path, path.data(), path.size());
  address.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + 1);
  return address;
}

FileDescriptor unix_socket() {
  return FileDescriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

// Removes the file of a socket on which no process listens any more. Throws if the file is anything else.
void remove_stale(std::string_view entry, const SocketAddress& address, const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return;  // it has been removed meanwhile
  if (!S_ISSOCK(status.st_mode)) refuse_address(entry, EEXIST, "the file is not a socket");
  const FileDescriptor probe = unix_socket();
  if (!probe) refuse_address(entry, errno);
  if (::connect(probe.fd(), address.raw(), address.size) == 0 || errno == EAGAIN) {
    refuse_address(entry, EADDRINUSE, "another process listens there");
  }
  if (errno != ECONNREFUSED) refuse_address(entry, errno);
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) refuse_address(entry, errno);
}

}  // namespace

Listener::Listener(FileDescriptor socket, SocketFile file) : socket_(std::move(socket)), file_(std::move(file)) {
  const SocketAddress address = bound_address(socket_);
  address_ = text_of(address);
  if (address.storage.ss_family != AF_UNIX) port_ = port_of(address);
}

Listener::~Listener() {
  struct stat status {};
  if (file_.path.empty() || ::lstat(file_.path.c_str(), &status) != 0) return;
  if (status.st_dev == file_.device && status.st_ino == file_.inode) ::unlink(file_.path.c_str());
}

std::vector<Listener> Listener::open_all(std::string_view listen, unsigned socket_mode) {
  std::vector<Listener> listeners;
  for (;;) {
    const std::size_t comma = listen.find(',');
    listeners.push_back(open(without_spaces(listen.substr(0, comma)), socket_mode));
    if (comma == std::string_view::npos) return listeners;
    listen.remove_prefix(comma + 1);
  }
}

Listener Listener::open(std::string_view entry, unsigned socket_mode) {
  if (entry.starts_with(kUnix)) return open_unix(entry, socket_mode);
  if (entry.starts_with(kInherited)) return open_inherited(entry);
  const ListenAddress parsed = parse_listen(entry).front();
  FileDescriptor socket = listen_on(parsed.address);
  if (!socket) refuse_address(entry, errno);
  Listener listener(std::move(socket), {});
  listener.address_ = parsed.with_port(listener.port_);  // with the host as it was written
  return listener;
}

Listener Listener::open_unix(std::string_view entry, unsigned socket_mode) {
  const std::string path(entry.substr(kUnix.size()));
  const SocketAddress address = unix_address(entry, path);
  FileDescriptor socket = unix_socket();
  // The file gets the mode of the socket, reduced by the umask. At no time it has more permissions than it should.
  if (!socket || ::fchmod(socket.fd(), socket_mode) != 0) refuse_address(entry, errno);
  if (::bind(socket.fd(), address.raw(), address.size) != 0) {
    if (errno != EADDRINUSE) refuse_address(entry, errno);
    remove_stale(entry, address, path);
    if (::bind(socket.fd(), address.raw(), address.size) != 0) refuse_address(entry, errno);
  }
  struct stat status {};
  if (::chmod(path.c_str(), socket_mode) != 0 || ::lstat(path.c_str(), &status) != 0 ||
      ::listen(socket.fd(), SOMAXCONN) != 0) {
    const int error = errno;
    ::unlink(path.c_str());
    refuse_address(entry, error);
  }
  // The working directory may change before the file is removed.
  return {std::move(socket), {std::filesystem::absolute(path), status.st_dev, status.st_ino}};
}

// The descriptor itself stays open, so that the exporter can be created again.
Listener Listener::open_inherited(std::string_view entry) {
  const std::string_view digits = entry.substr(kInherited.size());
  int fd = -1;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), fd);
  if (error != std::errc() || end != digits.data() + digits.size() || fd < 0) {
    refuse_address(entry, EINVAL, "allowed: the number of a descriptor, as in fd:3");
  }
  int type = 0;
  int listens = 0;
  socklen_t size = sizeof type;
  if (::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) != 0) refuse_address(entry, errno);
  if (type != SOCK_STREAM || ::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0 || listens == 0) {
    refuse_address(entry, EINVAL, "allowed: a stream socket that listens");
  }
  FileDescriptor socket(::fcntl(fd, F_DUPFD_CLOEXEC, 3));
  if (!socket || ::fcntl(socket.fd(), F_SETFL, ::fcntl(socket.fd(), F_GETFL) | O_NONBLOCK) != 0) {
    refuse_address(entry, errno);
  }
  return {std::move(socket), {}};
}

}  // namespace narthex::detail
