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

  Alone() { registry_.add(Collected()).keep(); }

  std::string scrape() const { return to_text(registry_); }

 private:
  Registry registry_;
};

constexpr auto kScrape = [](benchmark::State& state, const auto& registry) {
  for (auto _ : state) benchmark::DoNotOptimize(registry.scrape());
};

void in_microseconds(benchmark::internal::Benchmark* benchmark) { benchmark->Unit(benchmark::kMicrosecond); }

// A scrape of what one collector gives. That of the cgroup has no files to read where there is no version 2.
const Case process("scrape_process", ClientList<Alone<ProcessCollector>>(), in_microseconds, kScrape);
const Case cgroup("scrape_cgroup", ClientList<Alone<CgroupCollector>>(), in_microseconds, kScrape);
const Case runtime("scrape_runtime", ClientList<Alone<RuntimeCollector>>(), in_microseconds, kScrape);

// The same where the allocator has many free pieces, which it counts: between them are others that are in use.
const Case runtime_fragmented("scrape_runtime_fragmented", ClientList<Alone<RuntimeCollector>>(), in_microseconds,
                              [](benchmark::State& state, const auto& registry) {
                                constexpr std::size_t kPieces = 200'000;  // every other one gets free
                                constexpr std::size_t kSize = 2000;       // more than is kept for threads
                                std::vector<std::unique_ptr<char[]>> pieces(kPieces);
                                for (auto& piece : pieces) piece = std::make_unique<char[]>(kSize);
                                for (std::size_t i = 0; i < kPieces; i += 2) pieces[i].reset();
                                kScrape(state, registry);
                              });

}  // namespace
}  // namespace narthex::bench
