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

// A line of /proc/self/mountinfo, for a mount in the temporary folder.
std::string mount_line(const TemporaryFolder& files, const std::string& root, const std::string& point,
                       const std::string& type, const std::string& options) {
  return "36 30 0:27 " + root + " " + files.root() + "/" + point + " rw,nosuid shared:9 master:2 - " + type + " " +
         type + " " + options + "\n";
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

// The files of a cgroup of version 2.
void write_version_2(const TemporaryFolder& files, const std::string& group) {
  files.write(group + "/cpu.max", "50000 100000\n");
  files.write(group + "/cpu.stat", "usage_usec 5\n");
  files.write(group + "/memory.max", "1000\n");
  files.write(group + "/memory.events", "oom 3\n");
  files.write(group + "/memory.pressure", "some avg10=0.00 avg60=0.00 avg300=0.00 total=7\n");
}

const std::string kVersion2 =
    kLimit +
    "0.5\n"
    "# HELP cgroup_cpu_usage_seconds_total CPU time used by the cgroup.\n"
    "# TYPE cgroup_cpu_usage_seconds_total counter\n"
    "cgroup_cpu_usage_seconds_total 5e-06\n"
    "# HELP cgroup_memory_events_total Memory events of the cgroup by type of event.\n"
    "# TYPE cgroup_memory_events_total counter\n"
    "cgroup_memory_events_total{event=\"oom\"} 3\n"
    "# HELP cgroup_memory_limit_bytes Memory limit of the cgroup, above which the kernel kills a process of it.\n"
    "# TYPE cgroup_memory_limit_bytes gauge\n"
    "cgroup_memory_limit_bytes 1000\n"
    "# HELP cgroup_pressure_waiting_seconds_total Time in which at least one task of the cgroup waited for the "
    "resource.\n"
    "# TYPE cgroup_pressure_waiting_seconds_total counter\n"
    "cgroup_pressure_waiting_seconds_total{resource=\"memory\"} 7e-06\n";

TEST(CgroupCollector, ReadsTheRootOfTheMountIfTheCgroupIsNotBelowIt) {
  for (const char* const path :
       {"/kubepods/burstable/pod7/c1", "/..", "/../../other", "/web/../other", "/kubepods/..x/.../c1"}) {
    const TemporaryFolder files;
    files.write("proc/self/cgroup", std::string("0::") + path + "\n");
    files.write("cgroup/cgroup.controllers", "cpu memory\n");
    files.write("cgroup/web/cpu.max", "10000 100000\n");
    files.write("other/cpu.max", "10000 100000\n");
    write_version_2(files, "cgroup");
    EXPECT_EQ(text_of(files), kVersion2) << path;
  }
}

// The mount shows a part of the hierarchy, in which a folder happens to have the same path.
TEST(CgroupCollector, ReadsThePathBelowTheMountedPartOfTheHierarchy) {
  for (const char* const path : {"/kubepods/c1", "/kubepods/c10", "/kubepods", "/"}) {
    const TemporaryFolder files;
    files.write("proc/self/mountinfo", mount_line(files, "/kubepods/c1", "cgroup", "cgroup2", "rw,nsdelegate"));
    files.write("proc/self/cgroup", std::string("0::") + path + "\n");
    files.write("cgroup/cgroup.controllers", "cpu memory\n");
    files.write("cgroup/kubepods/c1/cpu.max", "10000 100000\n");
    write_version_2(files, "cgroup");
    EXPECT_EQ(text_of(files), kVersion2) << path;
  }
  const TemporaryFolder files;
  files.write("proc/self/mountinfo", mount_line(files, "/kubepods/c1", "cgroup", "cgroup2", "rw"));
  files.write("proc/self/cgroup", "0::/kubepods/c1/init\n");
  files.write("cgroup/cgroup.controllers", "cpu memory\n");
  write_version_2(files, "cgroup/init");
  EXPECT_EQ(text_of(files), kVersion2);
}

TEST(CgroupCollector, ReadsACgroupWhoseNameContainsDots) {
  for (const char* const path : {"/..x", "/...", "/a..", "/a../..b/x..y"}) {
    const TemporaryFolder files;
    files.write("proc/self/cgroup", std::string("0::") + path + "\n");
    files.write("cgroup/cgroup.controllers", "cpu memory\n");
    write_version_2(files, std::string("cgroup") + path);
    EXPECT_EQ(text_of(files), kVersion2) << path;
  }
}

TEST(CgroupCollector, RoundsSecondsOnce) {
  const TemporaryFolder files;
  files.write("proc/self/cgroup", "3:cpu,cpuacct:/\n0::/\n");
  files.write("cgroup/cpu,cpuacct/cpu.stat", "throttled_time 9\n");
  files.write("cgroup/cpu,cpuacct/cpuacct.usage", "17\n");
  files.write("cgroup/cpu,cpuacct/cpuacct.stat", "user 7\nsystem 29\n");
  files.write("cgroup/unified/cgroup.controllers", "");
  files.write("cgroup/unified/io.pressure", "some total=5\nfull total=10000019\n");
  const std::string text = text_of(files);
  for (const char* const line :
       {"cgroup_cpu_throttled_seconds_total 9e-09\n", "cgroup_cpu_usage_seconds_total 1.7e-08\n",
        "cgroup_cpu_user_seconds_total 0.07\n", "cgroup_cpu_system_seconds_total 0.29\n",
        "waiting_seconds_total{resource=\"io\"} 5e-06\n", "stalled_seconds_total{resource=\"io\"} 10.000019\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << text;
  }
}

// The files of the controllers of version 1. `cpu`, `cpuacct`, and `memory` are the folders of the cgroup in them.
void write_version_1(const TemporaryFolder& files, const std::string& cpu, const std::string& cpuacct,
                     const std::string& memory) {
  files.write(cpu + "/cpu.cfs_quota_us", "150000\n");
  files.write(cpu + "/cpu.cfs_period_us", "100000\n");
  files.write(cpu + "/cpu.stat", "nr_periods 40\nnr_throttled 7\nthrottled_time 350000000\nnr_bursts 0\n");
  files.write(cpuacct + "/cpuacct.usage", "2500000000\n");
  files.write(cpuacct + "/cpuacct.stat", "user 200\nsystem 50\n");
  files.write(memory + "/memory.limit_in_bytes", "1073741824\n");
  files.write(memory + "/memory.usage_in_bytes", "300000\n");
  files.write(memory + "/memory.stat",
              "cache 1\nswap 2\ninactive_file 3\nhierarchical_memory_limit 9223372036854771712\n"
              "total_cache 180000\ntotal_swap 4096\ntotal_inactive_file 100000\n");
  files.write(memory + "/memory.failcnt", "2\n");
  files.write(memory + "/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 4\n");
}

// Each controller in a folder of its own, found by its name.
TEST(CgroupCollector, ServesTheValuesOfVersion1) {
  const TemporaryFolder files;
  files.write("proc/self/cgroup",
              "9:name=systemd:/\n8:pids:/\n4:memory:/docker/c1\n2:cpuacct:/docker/c1\n1:cpu:/docker/c1\n");
  write_version_1(files, "cgroup/cpu/docker/c1", "cgroup/cpuacct/docker/c1", "cgroup/memory/docker/c1");
  EXPECT_EQ(text_of(files), golden("cgroup_v1.txt"));
}

// As systemd mounts them. The unified hierarchy has no controllers, and counts the CPU time of another cgroup.
TEST(CgroupCollector, ServesTheValuesOfAHybridHost) {
  for (const char* const controllers : {"cpu,cpuacct", "cpuacct,cpu"}) {
    const TemporaryFolder files;
    files.write("proc/self/cgroup", std::string("5:") + controllers + ":/web\n4:memory:/web\n0::/\n");
    files.write("cgroup/unified/cgroup.controllers", "");
    files.write("cgroup/unified/cpu.stat", "usage_usec 1\nuser_usec 1\nsystem_usec 1\n");
    const std::string cpu = std::string("cgroup/") + controllers + "/web";
    write_version_1(files, cpu, cpu, "cgroup/memory/web");
    EXPECT_EQ(text_of(files), golden("cgroup_v1.txt")) << controllers;
  }
}

TEST(CgroupCollector, FindsTheHierarchiesOfVersion1InMountinfo) {
  const TemporaryFolder files;
  const std::string other = "22 1 0:20 / / rw - ext4 /dev/vda rw,memory\n23 1 broken\n";
  files.write("proc/self/mountinfo", other + mount_line(files, "/", "groups/my\\040cpu", "cgroup", "rw,cpuacct,cpu") +
                                         mount_line(files, "/docker/c1", "dev/mem", "cgroup", "rw,memory"));
  files.write("proc/self/cgroup", "5:cpu,cpuacct:/a:b\n4:memory:/docker/c1\n");
  write_version_1(files, "groups/my cpu/a:b", "groups/my cpu/a:b", "dev/mem");
  EXPECT_EQ(text_of(files), golden("cgroup_v1.txt"));
}

// As in a container with the mounts of its host: the ones in the given folder are those that count.
TEST(CgroupCollector, PrefersTheMountsInTheGivenFolder) {
  const TemporaryFolder files;
  files.write("proc/self/mountinfo", mount_line(files, "/", "host/memory", "cgroup", "rw,memory") +
                                         mount_line(files, "/", "cgroup/hidden", "cgroup", "rw,memory") +
                                         mount_line(files, "/c1", "cgroup/memory", "cgroup", "rw,memory") +
                                         mount_line(files, "/", "cgroup2", "cgroup2", "rw"));
  files.write("proc/self/cgroup", "5:cpu,cpuacct:/c1\n4:memory:/c1\n0::/\n");
  files.write("host/memory/c1/memory.limit_in_bytes", "5\n");
  files.write("cgroup2/cgroup.controllers", "");
  write_version_1(files, "cgroup/cpu/c1", "cgroup/cpuacct/c1", "cgroup/memory");
  EXPECT_EQ(text_of(files), golden("cgroup_v1.txt"));
}

// The cgroup of one controller may be outside of its mount while the others are inside.
TEST(CgroupCollector, ReadsTheRootOfAVersion1MountIfTheCgroupIsNotBelowIt) {
  const TemporaryFolder files;
  files.write("proc/self/cgroup", "3:memory:/kubepods/c1\n2:cpuacct:/../c1\n1:cpu:/web\n");
  write_version_1(files, "cgroup/cpu/web", "cgroup/cpuacct", "cgroup/memory");
  EXPECT_EQ(text_of(files), golden("cgroup_v1.txt"));
}

const std::string kMemoryLimit =
    "# HELP cgroup_memory_limit_bytes Memory limit of the cgroup, above which the kernel kills a process of it.\n"
    "# TYPE cgroup_memory_limit_bytes gauge\ncgroup_memory_limit_bytes ";

TEST(CgroupCollector, LeavesOutALimitOfVersion1ThatIsNotSet) {
  const TemporaryFolder files;
  files.write("proc/self/cgroup", "2:memory:/\n1:cpu:/\n");
  files.write("cgroup/cpu/cpu.cfs_quota_us", "-1\n");
  files.write("cgroup/cpu/cpu.cfs_period_us", "100000\n");
  // Pages of 4 KiB, pages of 64 KiB, and kernels before 3.19.
  for (const char* const unlimited : {"9223372036854771712", "9223372036854710272", "9223372036854775807"}) {
    files.write("cgroup/memory/memory.limit_in_bytes", std::string(unlimited) + "\n");
    EXPECT_EQ(text_of(files), "") << unlimited;
  }
}

TEST(CgroupCollector, ServesTheLowestLimitOfAllParentsInVersion1) {
  const TemporaryFolder files;
  files.write("proc/self/cgroup", "2:memory:/pod/c1\n1:cpu:/pod/c1\n");
  files.write("cgroup/cpu/pod/cpu.cfs_quota_us", "50000\n");
  files.write("cgroup/cpu/pod/cpu.cfs_period_us", "100000\n");
  files.write("cgroup/cpu/pod/c1/cpu.cfs_quota_us", "-1\n");
  files.write("cgroup/cpu/pod/c1/cpu.cfs_period_us", "100000\n");
  files.write("cgroup/memory/pod/memory.limit_in_bytes", "4096\n");
  files.write("cgroup/memory/pod/c1/memory.limit_in_bytes", "9223372036854771712\n");
  EXPECT_EQ(text_of(files), kLimit + "0.5\n" + kMemoryLimit + "4096\n");
  // The limit of a parent that is not mounted.
  files.write("cgroup/memory/pod/c1/memory.stat", "hierarchical_memory_limit 2048\n");
  EXPECT_EQ(text_of(files), kLimit + "0.5\n" + kMemoryLimit + "2048\n");
}

TEST(CgroupCollector, ComputesTheSwapOfVersion1IfTheStatisticsLackIt) {
  const TemporaryFolder files;
  files.write("proc/self/cgroup", "2:memory:/\n");
  files.write("cgroup/memory/memory.usage_in_bytes", "1000\n");
  files.write("cgroup/memory/memory.memsw.usage_in_bytes", "1500\n");
  EXPECT_NE(text_of(files).find("\ncgroup_memory_swap_bytes 500\n"), std::string::npos);
  files.write("cgroup/memory/memory.memsw.usage_in_bytes", "900\n");  // read a moment later
  EXPECT_NE(text_of(files).find("\ncgroup_memory_swap_bytes 0\n"), std::string::npos);
}

TEST(CgroupCollector, ServesNothingWithoutFilesOfVersion1) {
  const TemporaryFolder files;
  files.write("proc/self/cgroup", "5:cpu,cpuacct:/web\n4:memory:/web\n3:\n:::\n2:memory");
  files.write("proc/self/mountinfo", "36 35 0:1 /\n\n1 2 3 4 5 6 - cgroup\n");
  EXPECT_EQ(text_of(files), "");
  files.write("cgroup/memory/web/memory.limit_in_bytes", "-1\n");
  files.write("cgroup/memory/web/memory.stat", "total_inactive_file\n");
  files.write("cgroup/memory/web/memory.failcnt", "\n");
  files.write("cgroup/cpu/web/cpu.cfs_quota_us", "100000\n");
  files.write("cgroup/cpu/web/cpu.stat", "throttled_time soon\n");
  files.write("cgroup/cpuacct/web/cpuacct.usage", "\n");
  EXPECT_EQ(text_of(files), "");
}

}  // namespace
}  // namespace narthex
