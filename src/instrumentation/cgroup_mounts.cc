#include "instrumentation/cgroup_mounts.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "instrumentation/proc_files.h"

namespace narthex::detail {

namespace {

bool exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

// Removes the text before the next separator from a text and returns it. Removes the separator, too.
std::string_view cut_part(std::string_view& text, char separator) {
  const std::size_t end = text.find(separator);
  if (end == std::string_view::npos) return std::exchange(text, {});
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(end + 1);
  return part;
}

bool has_part(std::string_view text, char separator, std::string_view wanted) {
  while (!text.empty()) {
    if (cut_part(text, separator) == wanted) return true;
  }
  return false;
}

// Replaces the octal numbers by which the kernel writes special characters: "\040" is a blank.
std::string unescaped(std::string_view text) {
  const auto is_octal = [](char c) { return c >= '0' && c <= '7'; };
  std::string result;
  while (!text.empty()) {
    std::size_t size = 1;
    char c = text.front();
    if (c == '\\' && text.size() >= 4 && std::all_of(text.begin() + 1, text.begin() + 4, is_octal)) {
      c = static_cast<char>((text[1] - '0') * 64 + (text[2] - '0') * 8 + (text[3] - '0'));
      size = 4;
    }
    result += c;
    text.remove_prefix(size);
  }
  return result;
}

// Returns the path of a cgroup below a mount that shows the cgroup `root`, or nothing if it is not below.
std::optional<std::string_view> path_below(std::string_view root, std::string_view path) {
  // ".." leads out of the cgroup namespace of this process.
  if (has_part(path, '/', "..")) return std::nullopt;
  if (root != "/") {
    if (!path.starts_with(root)) return std::nullopt;
    path.remove_prefix(root.size());
  }
  if (path == "/") path = {};
  return path.empty() || path.front() == '/' ? std::optional(path) : std::nullopt;
}

// A line of /proc/self/cgroup: "4:cpu,cpuacct:/system.slice/web.service". The line of version 2 has no controllers.
struct Membership {
  std::string_view controllers;
  std::string_view path;
};

template <class Matches>
std::optional<Membership> find_membership(std::string_view text, Matches matches) {
  while (!text.empty()) {
    std::string_view line = cut_part(text, '\n');
    const std::string_view id = cut_part(line, ':');
    const Membership membership{cut_part(line, ':'), line};
    if (matches(id, membership)) return membership;
  }
  return std::nullopt;
}

}  // namespace

std::string Cgroup::file(std::string_view name) const { return fmt::format("{}{}/{}", mount, path, name); }

CgroupMounts::CgroupMounts(const std::string& proc, std::string folder) : folder_(std::move(folder)) {
  const auto text = read_file(proc + "/self/mountinfo");
  for (std::string_view rest = text ? std::string_view(*text) : std::string_view(); !rest.empty();) {
    if (auto mount = mount_of(cut_part(rest, '\n'))) mounts_.push_back(std::move(*mount));
  }
  std::stable_partition(mounts_.begin(), mounts_.end(), [this](const Mount& mount) { return is_preferred(mount); });
}

// 36 35 98:0 /root /mount/point rw,noatime master:1 - cgroup cgroup rw,cpu,cpuacct
std::optional<CgroupMounts::Mount> CgroupMounts::mount_of(std::string_view line) {
  Mount mount;
  for (int i = 0; i < 3; ++i) next_word(line);
  mount.root = unescaped(next_word(line));
  mount.point = unescaped(next_word(line));
  std::string_view word;
  do {
    word = next_word(line);
  } while (!word.empty() && word != "-");
  const std::string_view type = next_word(line);
  next_word(line);  // the source
  mount.controllers = next_word(line);
  mount.is_version_2 = type == "cgroup2";
  return mount.is_version_2 || type == "cgroup" ? std::optional(std::move(mount)) : std::nullopt;
}

bool CgroupMounts::is_preferred(const Mount& mount) const {
  return mount.point == folder_ || mount.point.starts_with(folder_ + "/");
}

// A listed mount may be hidden by a later one, so that it does not exist.
CgroupMounts::Mount CgroupMounts::mount_of_version_2() const {
  const auto listed =
      std::ranges::find_if(mounts_, [](const Mount& mount) { return mount.is_version_2 && exists(mount.point); });
  if (listed != mounts_.end() && is_preferred(*listed)) return *listed;
  const std::string beside_version_1 = folder_ + "/unified";
  for (const std::string& point : {folder_, beside_version_1}) {
    if (exists(point + "/cgroup.controllers")) return Mount{.point = point};
  }
  return listed != mounts_.end() ? *listed : Mount{.point = beside_version_1};
}

std::optional<CgroupMounts::Mount> CgroupMounts::mount_of_controller(std::string_view controller,
                                                                     std::string_view controllers) const {
  const auto listed = std::ranges::find_if(mounts_, [controller](const Mount& mount) {
    return !mount.is_version_2 && has_part(mount.controllers, ',', controller) && exists(mount.point);
  });
  if (listed != mounts_.end() && is_preferred(*listed)) return *listed;
  for (const std::string_view name : {controllers, controller}) {
    const std::string point = fmt::format("{}/{}", folder_, name);
    if (exists(point)) return Mount{.point = point};
  }
  return listed != mounts_.end() ? std::optional(*listed) : std::nullopt;
}

Cgroup CgroupMounts::place(const Mount& mount, std::string_view path) {
  const auto below = path_below(mount.root, path);
  if (!below || !exists(fmt::format("{}{}", mount.point, *below))) return {.mount = mount.point};
  return {.mount = mount.point, .path = std::string(*below)};
}

Cgroup CgroupMounts::version_2(std::string_view memberships) const {
  const auto own = find_membership(memberships, [](std::string_view id, const Membership& membership) {
    return id == "0" && membership.controllers.empty();
  });
  return place(mount_of_version_2(), own ? own->path : "/");
}

std::optional<Cgroup> CgroupMounts::version_1(std::string_view memberships, std::string_view controller) const {
  const auto own = find_membership(memberships, [controller](std::string_view, const Membership& membership) {
    return has_part(membership.controllers, ',', controller);
  });
  if (!own) return std::nullopt;
  const auto mount = mount_of_controller(controller, own->controllers);
  return mount ? std::optional(place(*mount, own->path)) : std::nullopt;
}

}  // namespace narthex::detail
