#include <narthex/textfile.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <narthex/detail/file_descriptor.h>
#include <narthex/detail/push_rules.h>
#include <narthex/detail/quote.h>
#include <narthex/error.h>
#include <narthex/exposition.h>
#include <sys/stat.h>
#include <unistd.h>

#include "textfile/leftovers.h"

namespace narthex {

namespace {

constexpr mode_t kReadableByAll = 0644;

// A temporary file beside the target, with a name that node_exporter does not read. The destructor removes it unless it
// has replaced the target.
class NewFile {
 public:
  explicit NewFile(const std::string& path)
      : target_(path), path_(path + std::string(detail::kTemporarySuffix)), file_(::mkostemp(path_.data(), O_CLOEXEC)) {
    if (!file_) fail("create");
    detail::mark_as_live(file_.fd());
  }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile() {
    if (!has_place_) ::unlink(path_.c_str());
  }

  void write(std::string_view text) {
    while (!text.empty()) {
      const ssize_t written = ::write(file_.fd(), text.data(), text.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail("write");
      text.remove_prefix(static_cast<std::size_t>(written));
    }
  }

  void take_place() {
    if (::fchmod(file_.fd(), kReadableByAll) != 0) fail("set the mode of");  // whatever the umask is
    if (::fsync(file_.fd()) != 0) fail("write");
    if (std::rename(path_.c_str(), target_.c_str()) != 0) fail("rename");
    has_place_ = true;
  }

 private:
  [[noreturn]] void fail(std::string_view action) const {
    const std::error_code code(errno, std::generic_category());
    throw FileError(
        fmt::format("file {}: cannot {} the temporary file {}", detail::quote(target_), action, detail::quote(path_)),
        code);
  }

  const std::string& target_;
  std::string path_;
  const detail::FileDescriptor file_;
  bool has_place_ = false;
};

}  // namespace

void write_textfile(const Registry& registry, const std::string& path) {
  if (!path.ends_with(".prom") || path.find('\0') != std::string::npos) {
    throw FileError(fmt::format("file {}: node_exporter does not read this name; it reads names that end in '.prom'",
                                detail::quote(path)),
                    std::make_error_code(std::errc::invalid_argument));
  }
  const Exposition metrics = detail::expose_for_push(registry, {});
  detail::remove_leftovers(path);  // first, because they may have filled the file system
  NewFile file(path);
  file.write(metrics.body);
  file.take_place();
}

}  // namespace narthex
