#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace narthex::detail {

// Counts of all collectors of one name.
struct CollectorStatistics {
  std::uint64_t errors = 0;                       // calls that threw, and samples that a format refused
  std::uint64_t skipped = 0;                      // scrapes that left out the samples of the collector
  std::uint64_t clashes = 0;                      // samples left out, because their series was already served
  std::optional<double> last_duration_seconds{};  // sum over the collectors of this name; none: no call has ended yet
};

// Counts of one registry.
struct RegistryStatistics {
  std::uint64_t scrapes = 0;
  std::uint64_t name_clashes = 0;                         // families and series left out, because escaped names clashed
  std::map<std::string, std::uint64_t> overflows;         // by family: lookups beyond max_series; only those above 0
  std::map<std::string, CollectorStatistics> collectors;  // by name
};

// Lets instrumentation read a registry without an include of its module. Implemented by RegistryState.
class StatisticsSource {
 public:
  StatisticsSource(const StatisticsSource&) = delete;
  StatisticsSource& operator=(const StatisticsSource&) = delete;

  virtual RegistryStatistics statistics() const = 0;

 protected:
  StatisticsSource() = default;
  ~StatisticsSource() = default;  // not virtual: only RegistryState is destroyed
};

}  // namespace narthex::detail
