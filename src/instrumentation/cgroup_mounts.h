#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace narthex::detail {

// The cgroup of this process in one hierarchy.
struct Cgroup {
  std::string mount;      // folder of the root
  std::string path = {};  // below it: "/system.slice/web.service", or "" for the root

  std::string file(std::string_view name) const;
};

// The mounted hierarchies of cgroups, and the place of this process in them. Version 2 has one hierarchy, version 1 has
// one for each controller or for several together. A host may have both.
class CgroupMounts {
 public:
  // Reads the list of mounts. Those in `folder` are preferred, then folders in it with the usual names.
  CgroupMounts(const std::string& proc, std::string folder);

  // Each takes the text of /proc/self/cgroup. If the cgroup is not below the mount, the root of the mount is returned.
  Cgroup version_2(std::string_view memberships) const;
  // Returns nothing if version 1 does not have this controller.
  std::optional<Cgroup> version_1(std::string_view memberships, std::string_view controller) const;

 private:
  struct Mount {
    std::string point = {};
    std::string root = "/";        // the cgroup at the mount point
    std::string controllers = {};  // of version 1: "rw,cpu,cpuacct"
    bool is_version_2 = false;
  };
  static std::optional<Mount> mount_of(std::string_view line);
  bool is_preferred(const Mount& mount) const;
  Mount mount_of_version_2() const;
  std::optional<Mount> mount_of_controller(std::string_view controller, std::string_view controllers) const;
  static Cgroup place(const Mount& mount, std::string_view path);

  std::string folder_;
  std::vector<Mount> mounts_;  // the preferred ones first
};

}  // namespace narthex::detail
