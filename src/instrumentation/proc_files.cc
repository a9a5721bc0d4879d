#include "instrumentation/proc_files.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdint>

#include <fcntl.h>
#include <narthex/detail/file_descriptor.h>
#include <unistd.h>

namespace narthex::detail {

namespace {

constexpr std::size_t kMaxSize = std::size_t{1} << 20;  // enough for /proc/stat, which has one line for each processor
constexpr std::string_view kBlank = " \t\n";

// Returns the number of bytes read; negative: an error.
ssize_t read_some(const FileDescriptor& file, char* to, std::size_t size) noexcept {
  ssize_t count = -1;
  do {
    count = ::read(file.fd(), to, size);
  } while (count < 0 && errno == EINTR);
  return count;
}

}  // namespace

std::optional<std::string> read_file(const std::string& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string text;
  std::array<char, 4096> piece;
  for (;;) {
    const ssize_t count = read_some(file, piece.data(), piece.size());
    if (count < 0 || text.size() > kMaxSize) return std::nullopt;
    if (count == 0) return text;
    text.append(piece.data(), static_cast<std::size_t>(count));
  }
}

std::string_view next_word(std::string_view& text) noexcept {
  text.remove_prefix(std::min(text.find_first_not_of(kBlank), text.size()));
  const std::string_view word = text.substr(0, text.find_first_of(kBlank));
  text.remove_prefix(word.size());
  return word;
}

std::optional<std::string_view> value_of(std::string_view text, std::string_view key) noexcept {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    if (line.starts_with(key) && line.size() > key.size() && kBlank.find(line[key.size()]) != std::string_view::npos) {
      return line.substr(key.size());
    }
    text.remove_prefix(line.size() < text.size() ? line.size() + 1 : line.size());
  }
  return std::nullopt;
}

std::optional<double> to_number(std::string_view word) noexcept {
  std::uint64_t number = 0;
  const char* const end = word.data() + word.size();
  const auto [stop, error] = std::from_chars(word.data(), end, number);
  if (error != std::errc() || stop != end) return std::nullopt;
  return static_cast<double>(number);
}

std::optional<double> number_of(std::string_view text, std::string_view key) noexcept {
  auto value = value_of(text, key);
  if (!value) return std::nullopt;
  return to_number(next_word(*value));
}

std::optional<double> read_number(const std::string& path) {
  const auto text = read_file(path);
  std::string_view rest = text ? std::string_view(*text) : std::string_view();
  return to_number(next_word(rest));
}

std::optional<double> times(std::optional<double> number, double factor) noexcept {
  return number ? std::optional(*number * factor) : std::nullopt;
}

std::optional<double> divide(std::optional<double> number, double divisor) noexcept {
  return number ? std::optional(*number / divisor) : std::nullopt;
}

double ticks_per_second() noexcept { return static_cast<double>(::sysconf(_SC_CLK_TCK)); }

}  // namespace narthex::detail
