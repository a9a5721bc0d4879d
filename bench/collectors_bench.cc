#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <benchmark/benchmark.h>
#include <dirent.h>
#include <fcntl.h>
#include <malloc.h>
#include <narthex/narthex.h>
#include <sys/resource.h>
#include <unistd.h>

#include "case.h"
#include "stopwatch.h"

namespace narthex::bench {
namespace {

// A registry with collectors and nothing else.
template <class Collectors>
class With {
 public:
  static constexpr const char* kName = "narthex";

  With() { Collectors::add_to(registry_); }

  void scrape() const { benchmark::DoNotOptimize(to_text(registry_)); }

 private:
  Registry registry_;
};

struct Process {
  static void add_to(const Registry& registry) { registry.add(ProcessCollector()); }
};
struct Cgroup {
  static void add_to(const Registry& registry) { registry.add(CgroupCollector()); }
};
struct Runtime {
  static void add_to(const Registry& registry) { registry.add(RuntimeCollector()); }
};
struct Allocator {
  static void add_to(const Registry& registry) { registry.add(RuntimeCollector({.allocator = true})); }
};
// Those of Registry::global().
struct Default {
  static void add_to(const Registry& registry) {
    Process::add_to(registry);
    Cgroup::add_to(registry);
    Runtime::add_to(registry);
    registry.add(LibraryCollector(registry));
  }
};

// The limit of the process collector: reads of the files and of the folder.
class ReadFiles {
 public:
  static constexpr const char* kName = "limit";

  static void scrape() {
    for (const char* path : {"/proc/self/stat", "/proc/self/limits", "/proc/self/status"}) {
      std::array<char, 4096> text;
      const int file = ::open(path, O_RDONLY | O_CLOEXEC);
      benchmark::DoNotOptimize(::read(file, text.data(), text.size()));
      ::close(file);
    }
    DIR* const folder = ::opendir("/proc/self/fd");
    while (folder && ::readdir(folder)) {
    }
    if (folder) ::closedir(folder);
  }
};

// The limit of the runtime collector: a copy of its text.
class CopyText {
 public:
  static constexpr const char* kName = "limit";

  CopyText() {
    Registry registry;
    Runtime::add_to(registry);
    text_ = to_text(registry);
  }
  void scrape() const { benchmark::DoNotOptimize(std::string(text_)); }

 private:
  std::string text_;
};

// The limit of the allocator's metrics: the call that counts the free chunks.
class CountChunks {
 public:
  static constexpr const char* kName = "limit";

  static void scrape() { benchmark::DoNotOptimize(::mallinfo2()); }
};

// The limit of a pause: nothing runs, and for the time of a scrape.
class NoScrape {
 public:
  static constexpr const char* kName = "limit";

  static void scrape() {
    const auto end = std::chrono::steady_clock::now() + std::chrono::microseconds(300);
    while (std::chrono::steady_clock::now() < end) {
    }
  }
};

// Memory that leaves free chunks in the arena of the calling thread. Every second chunk is in use.
class FreeChunks {
 public:
  FreeChunks() : pieces_(kPieces) {
    for (auto& piece : pieces_) piece = std::make_unique<char[]>(kSize);
    for (std::size_t i = 0; i < kPieces; i += 2) pieces_[i].reset();
  }

 private:
  static constexpr std::size_t kPieces = 200'000;
  static constexpr std::size_t kSize = 2000;  // larger than the caches of threads keep

  std::vector<std::unique_ptr<char[]>> pieces_;
};

constexpr auto kScrape = [](benchmark::State& state, const auto& registry) {
  for (auto _ : state) registry.scrape();
};

void in_microseconds(benchmark::internal::Benchmark* benchmark) { benchmark->Unit(benchmark::kMicrosecond); }

// A scrape of one collector. The cgroup collector reads the files of the cgroup versions that the machine has, so that it
// has no limit.
const Case process("scrape_process", ClientList<With<Process>, ReadFiles>(), in_microseconds, kScrape);
const Case cgroup("scrape_cgroup", ClientList<With<Cgroup>>(), in_microseconds, kScrape);
const Case runtime("scrape_runtime", ClientList<With<Runtime>, CopyText>(), in_microseconds, kScrape);

// The same with 100,000 free chunks in the allocator, which the collector counts.
const Case allocator_fragmented("scrape_allocator_fragmented", ClientList<With<Allocator>, CountChunks>(),
                                in_microseconds, [](benchmark::State& state, const auto& registry) {
                                  const FreeChunks chunks;
                                  kScrape(state, registry);
                                });

// A thread that makes a scrape each time that it is started.
template <class Client>
class Scraper {
 public:
  explicit Scraper(const Client& client)
      : thread_([this, &client] {
          for (;;) {
            state_.wait(State::idle);
            if (state_.load() == State::ended) return;
            client.scrape();
            state_.store(State::idle);
          }
        }) {}
  Scraper(const Scraper&) = delete;
  Scraper& operator=(const Scraper&) = delete;
  ~Scraper() {
    state_.store(State::ended);
    state_.notify_one();
  }

  void start() {
    state_.store(State::scraping);
    state_.notify_one();
  }
  bool is_scraping() const { return state_.load() == State::scraping; }

 private:
  enum class State { idle, scraping, ended };

  std::atomic<State> state_{State::idle};
  std::jthread thread_;
};

// Returns how often the calling thread has lost its core to another one.
long preemptions() noexcept {
  rusage usage{};
  ::getrusage(RUSAGE_THREAD, &usage);
  return usage.ru_nivcsw;
}

// The longest pause of a thread that allocates and frees, while another thread scrapes, in seconds: the median of the
// scrapes in which the thread kept its core. There are 100,000 free chunks.
constexpr auto kPause = [](benchmark::State& state, const auto& client) {
  const FreeChunks chunks;
  Scraper scraper(client);
  std::vector<double> pauses;
  for (auto _ : state) {
    double longest = 0;
    const long before = preemptions();
    scraper.start();
    while (scraper.is_scraping()) {
      longest = std::max(longest, seconds_of([] { benchmark::DoNotOptimize(std::make_unique<char[]>(1500)); }));
    }
    state.SetIterationTime(longest);
    if (preemptions() == before) pauses.push_back(longest);
  }
  if (pauses.empty()) return state.SkipWithError("the thread lost its core during each scrape");
  std::ranges::nth_element(pauses, pauses.begin() + std::ssize(pauses) / 2);
  state.counters["p50_seconds"] = pauses[pauses.size() / 2];
};

void pauses(benchmark::internal::Benchmark* benchmark) {
  constexpr int kScrapes = 500;
  benchmark->Iterations(kScrapes)->UseManualTime()->Unit(benchmark::kMicrosecond);
}

const Case pause_default("pause_default", ClientList<With<Default>, NoScrape>(), pauses, kPause);
const Case pause_allocator("pause_allocator", ClientList<With<Allocator>, NoScrape>(), pauses, kPause);

}  // namespace
}  // namespace narthex::bench
