// Handles do not dangle.

#include <cstdio>
#include <thread>
#include <vector>

#include <narthex/narthex.h>

namespace {

// A default handle does nothing, so a member needs no std::optional.
struct Worker {
  narthex::Counter done;
  void run() const { done.inc(); }
};

}  // namespace

int main() {
  Worker worker;
  worker.run();  // no effect

  narthex::Counter kept;
  {
    narthex::Registry registry;
    kept = registry.counter({.name = "jobs_total", .help = "Jobs done."});
    worker.done = kept;  // a copy refers to the same series
    std::vector<std::jthread> threads(4);
    for (std::jthread& thread : threads) thread = std::jthread([worker] { worker.run(); });
  }
  kept.inc();  // the registry is destroyed; the handle is still valid
  std::printf("%g\n", kept.value());
}
