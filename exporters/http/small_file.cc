#include "http/small_file.h"

#include <cerrno>
#include <cstddef>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <narthex/detail/quote.h>
#include <narthex/error.h>
#include <sys/stat.h>
#include <unistd.h>

#include "http/socket.h"

namespace narthex::detail {

namespace {

constexpr std::size_t kMaxBytes = 1 << 20;

[[noreturn]] void refuse(const std::string& file, int error) {
  throw FileError(fmt::format("file {}: cannot be read", quote(file)), std::error_code(error, std::generic_category()));
}

}  // namespace

std::string read_small_file(const std::string& file) {
  const FileDescriptor opened(
      ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));  // a pipe would wait for a writer
  if (!opened) refuse(file, errno);
  struct stat status {};
  if (::fstat(opened.fd(), &status) != 0) refuse(file, errno);
  if (!S_ISREG(status.st_mode)) refuse(file, S_ISDIR(status.st_mode) ? EISDIR : EINVAL);
  std::string text(static_cast<std::size_t>(status.st_size) + 1, '\0');
  if (text.size() > kMaxBytes) refuse(file, EFBIG);
  std::size_t length = 0;
  while (length < text.size()) {
    const ssize_t n = ::read(opened.fd(), text.data() + length, text.size() - length);
    if (n < 0) refuse(file, errno);
    if (n == 0) break;
    length += static_cast<std::size_t>(n);
  }
  if (length == text.size()) refuse(file, EAGAIN);  // it grows while we read
  text.resize(length);
  return text;
}

}  // namespace narthex::detail
