#include <narthex/process_collector.h>

#include <cstdio>
#include <fstream>
#include <regex>
#include <string>

#include <gtest/gtest.h>
#include <narthex/narthex.h>

#include "support/sample.h"
#include "support/temporary_folder.h"

namespace narthex {
namespace {

// Returns all metrics except those that are not read from a file.
std::string text_of(const TemporaryFolder& proc) {
  Registry registry;
  registry.add(ProcessCollector({.proc = proc.root()}));
  return std::regex_replace(to_text(registry), std::regex("(# (HELP|TYPE) )?process_context_switches_total.*\n"), "");
}

std::string with(const std::string& name, const std::string& type, const std::string& help, const std::string& value) {
  return "# HELP " + name + " " + help + "\n# TYPE " + name + " " + type + "\n" + name + " " + value + "\n";
}

void write_all(const TemporaryFolder& proc) {
  proc.write(
      "self/stat",
      "26231 (vim) R 5392 7446 5392 34835 7446 4218880 32533 309516 26 82 1677 44 158 99 20 0 3 0 82375 56274944 "
      "1981 18446744073709551615 4194304 6294284 140736914091744 140736914087944 139965136429984 0 0 12288 "
      "1870679807 0 0 0 17 0 0 0 31 0 0 8391624 8481048 16420864 0\n");
  proc.write("self/limits",
             "Limit                     Soft Limit           Hard Limit           Units     \n"
             "Max open files            2048                 4096                 files     \n"
             "Max address space         8589934592           unlimited            bytes     \n");
  proc.write("self/status", "Name:\tvim\nVmPeak:\t  500 kB\nVmData:\t  396 kB\nThreads:\t3\n");
  proc.write("self/fd/100000", "");
  proc.write("self/fd/100001", "");
  proc.write("stat", "cpu  301854 612 111922 8979004\nbtime 1418183276\nprocesses 26442\n");
}

const std::string kCpu =
    with("process_cpu_seconds_total", "counter", "Total user and system CPU time spent in seconds.", "17.21");
const std::string kHeap = with("process_heap_bytes", "gauge", "Process heap size in bytes.", "405504");
const std::string kMaxFds = with("process_max_fds", "gauge", "Maximum number of open file descriptors.", "2048");
const std::string kOpenFds = with("process_open_fds", "gauge", "Number of open file descriptors.", "2");
const std::string kFaults =
    "# HELP process_page_faults_total Page faults of the process; a major one reads from a disk.\n"
    "# TYPE process_page_faults_total counter\n"
    "process_page_faults_total{type=\"major\"} 26\n"
    "process_page_faults_total{type=\"minor\"} 32533\n";
const std::string kResident =
    with("process_resident_memory_bytes", "gauge", "Resident memory size in bytes.", "8.114176e+06");
const std::string kStart = with("process_start_time_seconds", "gauge",
                                "Start time of the process since unix epoch in seconds.", "1.41818409975e+09");
const std::string kThreads = with("process_threads", "gauge", "Number of OS threads in the process.", "3");
const std::string kVirtual =
    with("process_virtual_memory_bytes", "gauge", "Virtual memory size in bytes.", "5.6274944e+07");
const std::string kVirtualMax = with("process_virtual_memory_max_bytes", "gauge",
                                     "Maximum amount of virtual memory available in bytes.", "8.589934592e+09");

TEST(ProcessCollector, ServesTheValuesOfProcfs) {
  const TemporaryFolder proc;
  write_all(proc);
  EXPECT_EQ(text_of(proc),
            kCpu + kHeap + kMaxFds + kOpenFds + kFaults + kResident + kStart + kThreads + kVirtual + kVirtualMax);
}

TEST(ProcessCollector, RoundsSecondsOnce) {
  const TemporaryFolder proc;
  proc.write("stat", "btime 0\n");
  proc.write("self/stat", "1 (a) R 0 0 0 0 0 0 0 0 0 0 28 29 0 0 0 0 0 0 57 0 0\n");
  const std::string text = text_of(proc);
  EXPECT_NE(text.find("\nprocess_cpu_seconds_total 0.57\n"), std::string::npos) << text;
  EXPECT_NE(text.find("\nprocess_start_time_seconds 0.57\n"), std::string::npos) << text;
}

// Exposition rule 218.
TEST(ProcessCollector, ParsesAnyProgramName) {
  const TemporaryFolder proc;
  proc.write("self/stat",
             "26231 (a) (b) 1) R 5392 7446 5392 34835 7446 4218880 32533 309516 26 82 1677 44 158 99 20 0 3 0 82375 "
             "56274944 1981 18446744073709551615\n");
  EXPECT_EQ(text_of(proc), kCpu + kFaults + kResident + kThreads + kVirtual);
}

// Exposition rule 219.
TEST(ProcessCollector, LeavesOutALimitThatIsNotSet) {
  const TemporaryFolder proc;
  proc.write("self/limits",
             "Max open files            unlimited            unlimited            files     \n"
             "Max address space         unlimited            unlimited            bytes     \n");
  EXPECT_EQ(text_of(proc), "");
}

// Exposition rule 220.
TEST(ProcessCollector, LeavesOutTheStartTimeWithoutABootTime) {
  const TemporaryFolder proc;
  write_all(proc);
  proc.write("stat", "cpu  301854 612 111922 8979004\n");
  EXPECT_EQ(text_of(proc), kCpu + kHeap + kMaxFds + kOpenFds + kFaults + kResident + kThreads + kVirtual + kVirtualMax);
}

TEST(ProcessCollector, ServesNothingWithoutFiles) {
  const TemporaryFolder proc;
  EXPECT_EQ(text_of(proc), "");
  proc.write("self/stat", "26231 (vim");
  proc.write("self/limits", "Max open files");
  proc.write("self/status", "VmData:\t  many kB\nVmData:");
  proc.write("stat", "btime yesterday\n");
  EXPECT_EQ(text_of(proc), "");
  proc.write("self/stat", "26231 (vim) R 1 -2 3 99999999999999999999");
  EXPECT_EQ(text_of(proc), "");
}

TEST(ProcessCollector, ReadsThisProcess) {
  Registry registry;
  registry.add(ProcessCollector());
  const double before = sample(to_text(registry), "process_open_fds");
  const std::ifstream file("/proc/self/stat");
  const std::string text = to_text(registry);
  EXPECT_EQ(sample(text, "process_open_fds"), before + 1);
  EXPECT_GE(sample(text, "process_threads"), 1);
  EXPECT_GT(sample(text, "process_resident_memory_bytes"), 1'000'000);
  EXPECT_GT(sample(text, "process_context_switches_total{type=\"voluntary\"}") +
                sample(text, "process_context_switches_total{type=\"involuntary\"}"),
            0);
}

}  // namespace
}  // namespace narthex
