#pragma once

#include <fstream>
#include <stdexcept>
#include <string>

namespace narthex::bench {

// Returns a number of a file of /proc that has lines such as "Rss:   2108 kB", in bytes.
inline double read_kilobytes(const std::string& path, const std::string& name) {
  std::ifstream file(path);
  std::string word;
  while (file >> word) {
    double kilobytes = 0;
    if (word == name + ':' && file >> kilobytes) return 1024 * kilobytes;
  }
  throw std::runtime_error(path + " does not tell " + name);
}

// Resident memory of this process. The kernel counts it page by page for this file. Its other figures lag behind by
// some hundred pages.
inline double resident_bytes() { return read_kilobytes("/proc/self/smaps_rollup", "Rss"); }

// Peak resident memory since the process started.
inline double peak_bytes() { return read_kilobytes("/proc/self/status", "VmHWM"); }

}  // namespace narthex::bench
