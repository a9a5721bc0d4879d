#include "textfile/leftovers.h"

#include <chrono>
#include <memory>

#include <dirent.h>
#include <fcntl.h>
#include <narthex/detail/file_descriptor.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace narthex::detail {

namespace {

struct Close {
  void operator()(DIR* folder) const noexcept { ::closedir(folder); }
};

constexpr std::chrono::seconds kMinAge{60};
// Not std::isalnum(), which depends on the locale.
constexpr std::string_view kLettersAndDigits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

bool is_temporary_name(std::string_view name, std::string_view target) {
  constexpr std::string_view kFixed = kTemporarySuffix.substr(0, kTemporarySuffix.find('X'));
  if (name.size() != target.size() + kTemporarySuffix.size() || !name.starts_with(target)) return false;
  name.remove_prefix(target.size());
  return name.starts_with(kFixed) && name.find_first_not_of(kLettersAndDigits, kFixed.size()) == std::string_view::npos;
}

bool is_old_file(const struct stat& status) {
  const auto written = std::chrono::system_clock::from_time_t(status.st_mtim.tv_sec);
  return S_ISREG(status.st_mode) && std::chrono::system_clock::now() - written > kMinAge;
}

// Follows no symbolic link, and opens no device.
void remove_unless_live(int folder, const char* name) {
  struct stat status {};
  if (::fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) != 0 || !is_old_file(status)) return;
  // O_RDWR, because NFS locks only what is open for writing
  const FileDescriptor file(::openat(folder, name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file || ::flock(file.fd(), LOCK_EX | LOCK_NB) != 0) return;
  if (::fstat(file.fd(), &status) == 0 && is_old_file(status)) ::unlinkat(folder, name, 0);
}

}  // namespace

void mark_as_live(int fd) noexcept { static_cast<void>(::flock(fd, LOCK_EX | LOCK_NB)); }

void remove_leftovers(const std::string& target) {
  const std::size_t name = target.rfind('/') + 1;  // 0 without a folder
  const std::string path = name == 0 ? "." : target.substr(0, name);
  const std::unique_ptr<DIR, Close> folder(::opendir(path.c_str()));
  if (!folder) return;
  // NOLINTNEXTLINE(concurrency-mt-unsafe): no other thread uses this stream
  while (const dirent* const entry = ::readdir(folder.get())) {
    if (is_temporary_name(entry->d_name, std::string_view(target).substr(name))) {
      remove_unless_live(::dirfd(folder.get()), entry->d_name);
    }
  }
}

}  // namespace narthex::detail
