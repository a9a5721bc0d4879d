#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <narthex/narthex.h>

#include "case.h"

namespace narthex::bench {
namespace {

// A registry with one collector and nothing else.
template <class Collected>
class Alone {
 public:
  static constexpr const char* kName = "narthex";

  Alone() { registry_.add(Collected()); }

  std::string scrape() const { return to_text(registry_); }

 private:
  Registry registry_;
};

constexpr auto kScrape = [](benchmark::State& state, const auto& registry) {
  for (auto _ : state) benchmark::DoNotOptimize(registry.scrape());
};

void in_microseconds(benchmark::internal::Benchmark* benchmark) { benchmark->Unit(benchmark::kMicrosecond); }

// A scrape of one collector. The cgroup collector reads the files of the cgroup versions that the machine has.
const Case process("scrape_process", ClientList<Alone<ProcessCollector>>(), in_microseconds, kScrape);
const Case cgroup("scrape_cgroup", ClientList<Alone<CgroupCollector>>(), in_microseconds, kScrape);
const Case runtime("scrape_runtime", ClientList<Alone<RuntimeCollector>>(), in_microseconds, kScrape);

// The same with many free chunks in the allocator, which the collector counts. Every second chunk is in use.
const Case runtime_fragmented("scrape_runtime_fragmented", ClientList<Alone<RuntimeCollector>>(), in_microseconds,
                              [](benchmark::State& state, const auto& registry) {
                                constexpr std::size_t kPieces = 200'000;  // every second one is freed
                                constexpr std::size_t kSize = 2000;       // larger than the per-thread cache keeps
                                std::vector<std::unique_ptr<char[]>> pieces(kPieces);
                                for (auto& piece : pieces) piece = std::make_unique<char[]>(kSize);
                                for (std::size_t i = 0; i < kPieces; i += 2) pieces[i].reset();
                                kScrape(state, registry);
                              });

}  // namespace
}  // namespace narthex::bench
