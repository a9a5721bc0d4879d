// Adds, updates, and removes distinct series, in windows of a thousand, and prints the memory of the process:
//
//   narthex_churn MILLIONS [THREADS]
//
// Meanwhile the threads look up, update, hold, and drop series. One more thread sleeps with a handle of a removed
// series, and another one scrapes.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#include <narthex/narthex.h>

#include "resident.h"

namespace narthex::bench {
namespace {

constexpr std::int64_t kMillion = 1'000'000;
constexpr std::int64_t kWindow = 1000;

double mebibytes() { return resident_bytes() / (1 << 20); }

void come_and_go(const Family<Counter, 2>& family, std::int64_t from, std::int64_t to) {
  for (std::int64_t i = from; i < to; ++i) {
    family.labels("comes and goes", i).inc();
    family.remove("comes and goes", i - kWindow);
  }
}

// The threads that use the family meanwhile.
class Users {
 public:
  Users(const Registry& registry, const Family<Counter, 2>& family, int threads) {
    if (threads == 0) return;
    for (int thread = 0; thread < threads; ++thread) {
      threads_.emplace_back([this, family] { use(family); });
    }
    threads_.emplace_back([this, held = Counter(family.labels("held", 0))] { end_.wait(false); });
    family.remove("held", 0);
    threads_.emplace_back([this, registry] {
      Exposition reply;
      while (!end_.load()) expose(registry, {}, reply);
    });
  }
  Users(const Users&) = delete;
  Users& operator=(const Users&) = delete;
  ~Users() {
    end_.store(true);
    end_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

 private:
  void use(const Family<Counter, 2>& family) const {
    Counter kept;
    for (std::int64_t i = 0; !end_.load(); ++i) {
      family.labels("stays", i % 16).inc();
      if (i % 64 == 0) kept = family.labels("kept", i % 256);
      kept.inc();
    }
  }

  std::atomic<bool> end_{false};
  std::vector<std::thread> threads_;
};

void run(std::int64_t millions, int threads) {
  Registry registry;
  const auto family = registry.counter({.name = "hits_total", .help = "Hits."}, {"why", "number"});
  const Users users(registry, family, threads);
  come_and_go(family, 0, kMillion);
  const double first = mebibytes();
  std::printf("after the first million: %.2f MiB\n", first);
  for (std::int64_t million = 1; million < millions; ++million) {
    come_and_go(family, million * kMillion, (million + 1) * kMillion);
  }
  const double last = mebibytes();
  std::printf("after %lld millions: %.2f MiB, %.3f times as much\n", static_cast<long long>(millions), last,
              last / first);
}

}  // namespace
}  // namespace narthex::bench

int main(int argc, char** argv) {
  const std::int64_t millions = argc > 1 ? std::atoll(argv[1]) : 0;
  if (millions < 1 || argc > 3) {
    std::fputs("usage: narthex_churn MILLIONS [THREADS]\n", stderr);
    return 2;
  }
  narthex::bench::run(millions, argc > 2 ? std::atoi(argv[2]) : 0);
}
