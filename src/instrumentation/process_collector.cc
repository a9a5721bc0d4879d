#include <narthex/process_collector.h>

#include <array>
#include <cstddef>
#include <memory>
#include <utility>

#include <dirent.h>
#include <linux/magic.h>
#include <narthex/labels.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "instrumentation/metric_desc.h"
#include "instrumentation/proc_files.h"

namespace narthex {

namespace {

using detail::write_counter;
using detail::write_gauge;
using Number = std::optional<double>;

// The fields of /proc/self/stat after the name of the program, which may contain blanks and parentheses. Index 0 is the
// state, field 3 in man 5 proc.
class Stat {
 public:
  explicit Stat(const std::optional<std::string>& text) {
    if (!text) return;
    const std::size_t end_of_name = text->rfind(')');
    if (end_of_name == std::string::npos) return;
    std::string_view rest = std::string_view(*text).substr(end_of_name + 1);
    for (Number& field : fields_) field = detail::to_number(detail::next_word(rest));
  }

  Number minor_faults() const { return fields_[7]; }
  Number major_faults() const { return fields_[9]; }
  Number cpu_seconds() const {
    if (!fields_[11] || !fields_[12]) return std::nullopt;
    return (*fields_[11] + *fields_[12]) / detail::ticks_per_second();
  }
  Number threads() const { return fields_[17]; }
  Number start_seconds() const {  // since the boot of the machine
    return detail::divide(fields_[19], detail::ticks_per_second());
  }
  Number virtual_bytes() const { return fields_[20]; }
  Number resident_bytes() const { return detail::times(fields_[21], static_cast<double>(::sysconf(_SC_PAGESIZE))); }

 private:
  std::array<Number, 22> fields_;
};

struct CloseFolder {
  void operator()(DIR* folder) const noexcept { ::closedir(folder); }
};

// Counts the entries of /proc/self/fd, without the descriptor that the counting opens.
Number count_open_files(const std::string& folder) {
  struct stat about {};
  if (::stat(folder.c_str(), &about) == 0 && about.st_size > 0) {  // Linux 6.2 and later report the count as the size
    struct statfs system {};
    if (::statfs(folder.c_str(), &system) == 0 && system.f_type == PROC_SUPER_MAGIC) {
      return static_cast<double>(about.st_size);
    }
  }
  const std::unique_ptr<DIR, CloseFolder> entries(::opendir(folder.c_str()));
  if (!entries) return std::nullopt;
  const std::string own = std::to_string(::dirfd(entries.get()));
  double count = 0;
  // NOLINTNEXTLINE(concurrency-mt-unsafe): no other thread uses this stream
  while (const dirent* entry = ::readdir(entries.get())) {
    const std::string_view name(entry->d_name);
    if (name != "." && name != ".." && name != own) ++count;
  }
  return count;
}

// Returns a limit of /proc/self/limits, or nothing if it is "unlimited".
Number limit(const std::optional<std::string>& limits, std::string_view name) {
  return limits ? detail::number_of(*limits, name) : std::nullopt;
}

void write_by_type(Sink& sink, const detail::MetricDesc& metric, std::pair<const char*, Number> first,
                   std::pair<const char*, Number> second) {
  if (!first.second && !second.second) return;
  sink.begin_family({metric.name, metric.help, metric.unit, MetricType::counter});
  for (const auto& [type, number] : {first, second}) {
    if (number) sink.counter(LabelText::of({{"type", type}}), *number);
  }
}

void write_context_switches(Sink& sink) {
  rusage usage{};
  if (::getrusage(RUSAGE_SELF, &usage) != 0) return;
  write_by_type(sink, {"process_context_switches_total", "Context switches of the threads of the process."},
                {"involuntary", static_cast<double>(usage.ru_nivcsw)},
                {"voluntary", static_cast<double>(usage.ru_nvcsw)});
}

}  // namespace

ProcessCollector::ProcessCollector(ProcessCollectorOptions options) : proc_(std::move(options.proc)) {
  if (const auto machine = detail::read_file(proc_ + "/stat")) boot_time_ = detail::number_of(*machine, "btime");
}

void ProcessCollector::collect(Sink& sink) {
  const Stat stat(detail::read_file(proc_ + "/self/stat"));
  const auto limits = detail::read_file(proc_ + "/self/limits");
  const auto status = detail::read_file(proc_ + "/self/status");
  write_counter(sink, {"process_cpu_seconds_total", "Total user and system CPU time spent in seconds.", "seconds"},
                stat.cpu_seconds());
  write_gauge(sink, {"process_open_fds", "Number of open file descriptors."}, count_open_files(proc_ + "/self/fd"));
  write_gauge(sink, {"process_max_fds", "Maximum number of open file descriptors."}, limit(limits, "Max open files"));
  write_gauge(sink, {"process_virtual_memory_bytes", "Virtual memory size in bytes.", "bytes"}, stat.virtual_bytes());
  write_gauge(sink,
              {"process_virtual_memory_max_bytes", "Maximum amount of virtual memory available in bytes.", "bytes"},
              limit(limits, "Max address space"));
  write_gauge(sink, {"process_resident_memory_bytes", "Resident memory size in bytes.", "bytes"},
              stat.resident_bytes());
  write_gauge(sink, {"process_heap_bytes", "Process heap size in bytes.", "bytes"},
              status ? detail::times(detail::number_of(*status, "VmData:"), 1024) : std::nullopt);
  const Number start = stat.start_seconds();
  write_gauge(sink, {"process_start_time_seconds", "Start time of the process since unix epoch in seconds.", "seconds"},
              boot_time_ && start ? Number(*boot_time_ + *start) : std::nullopt);
  write_gauge(sink, {"process_threads", "Number of OS threads in the process."}, stat.threads());
  write_by_type(sink, {"process_page_faults_total", "Page faults of the process; a major one reads from a disk."},
                {"major", stat.major_faults()}, {"minor", stat.minor_faults()});
  write_context_switches(sink);
}

}  // namespace narthex
