#include <narthex/cgroup_collector.h>

#include <string>

#include <gtest/gtest.h>
#include <narthex/narthex.h>

#include "support/golden.h"
#include "support/temporary_folder.h"

namespace narthex {
namespace {

std::string text_of(const TemporaryFolder& files) {
  Registry registry;
  registry.add(CgroupCollector({.proc = files.root() + "/proc", .cgroup = files.root() + "/cgroup"}));
  return to_text(registry);
}

const std::string kLimit =
    "# HELP cgroup_cpu_limit_cores CPU limit of the cgroup in cores.\n# TYPE cgroup_cpu_limit_cores gauge\n"
    "cgroup_cpu_limit_cores ";

TEST(CgroupCollector, ServesTheValuesOfTheCgroup) {
  const TemporaryFolder files;
  files.write("proc/self/cgroup", "0::/system.slice/web.service\n");
  files.write("cgroup/cgroup.controllers", "cpu io memory\n");
  const std::string group = "cgroup/system.slice/web.service/";
  files.write(group + "cpu.max", "150000 100000\n");
  files.write(group + "cpu.stat",
              "usage_usec 2500000\nuser_usec 2000000\nsystem_usec 500000\nnr_periods 40\nnr_throttled 7\n"
              "throttled_usec 350000\nnr_bursts 0\nburst_usec 0\n");
  files.write(group + "memory.max", "1073741824\n");
  files.write(group + "memory.high", "max\n");
  files.write(group + "memory.current", "300000\n");
  files.write(group + "memory.stat", "anon 120000\nfile 180000\ninactive_file 100000\nactive_file 80000\n");
  files.write(group + "memory.swap.current", "0\n");
  files.write(group + "memory.events", "low 0\nhigh 1\nmax 2\noom 3\noom_kill 4\noom_group_kill 5\n");
  const std::string pressure = "some avg10=0.00 avg60=0.12 avg300=1.50 total=1250000\nfull avg10=0.00 total=250000\n";
  files.write(group + "cpu.pressure", pressure);
  files.write(group + "io.pressure", "some avg10=0.00 avg60=0.00 avg300=0.00 total=0\n");
  files.write(group + "memory.pressure", pressure);
  EXPECT_EQ(text_of(files), golden("cgroup.txt"));
}

// Exposition rule 221.
TEST(CgroupCollector, LeavesOutALimitThatIsNotSet) {
  const TemporaryFolder files;
  files.write("proc/self/cgroup", "0::/\n");
  files.write("cgroup/cgroup.controllers", "cpu\n");
  files.write("cgroup/cpu.max", "max 100000\n");
  EXPECT_EQ(text_of(files), "");
  files.write("cgroup/cpu.max", "150000 100000\n");
  EXPECT_EQ(text_of(files), kLimit + "1.5\n");
}

TEST(CgroupCollector, ServesTheLowestLimitOfAllParents) {
  const TemporaryFolder files;
  files.write("proc/self/cgroup", "4:memory:/old\n0::/pod/container\n");
  files.write("cgroup/cgroup.controllers", "cpu\n");
  files.write("cgroup/pod/cpu.max", "50000 100000\n");
  files.write("cgroup/pod/container/cpu.max", "max 100000\n");
  EXPECT_EQ(text_of(files), kLimit + "0.5\n");
  files.write("cgroup/pod/container/cpu.max", "25000 100000\n");
  EXPECT_EQ(text_of(files), kLimit + "0.25\n");
}

TEST(CgroupCollector, FindsVersion2BesideVersion1) {
  const TemporaryFolder files;
  files.write("proc/self/cgroup", "3:cpuset:/\n0::/web\n");
  files.write("cgroup/unified/cgroup.controllers", "");
  files.write("cgroup/unified/web/cpu.max", "200000 100000\n");
  EXPECT_EQ(text_of(files), kLimit + "2\n");
}

TEST(CgroupCollector, ReadsTheRootIfTheCgroupIsOutsideOfTheNamespace) {
  const TemporaryFolder files;
  files.write("proc/self/cgroup", "0::/../../other\n");
  files.write("cgroup/cgroup.controllers", "cpu\n");
  files.write("cgroup/cpu.max", "100000 100000\n");
  EXPECT_EQ(text_of(files), kLimit + "1\n");
}

TEST(CgroupCollector, ServesNothingWithoutFiles) {
  const TemporaryFolder files;
  EXPECT_EQ(text_of(files), "");
  files.write("proc/self/cgroup", "0::/web");
  files.write("cgroup/web/cpu.max", "100000 0\n");
  files.write("cgroup/web/cpu.stat", "usage_usec\nuser_usec soon\n");
  files.write("cgroup/web/memory.max", "\n");
  files.write("cgroup/web/memory.current", "12 MB? no: -1\n");
  files.write("cgroup/web/memory.stat", "inactive_file\n");
  files.write("cgroup/web/memory.events", "low\n");
  files.write("cgroup/web/io.pressure", "some avg10=0.00 total=\n");
  EXPECT_EQ(text_of(files), "");
}

}  // namespace
}  // namespace narthex
