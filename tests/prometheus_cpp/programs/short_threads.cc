// A user with a thread for each request. A thread-local object counts while its thread ends, and threads end while others
// update the same metrics.

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/summary.h>

#include <iostream>
#include <thread>
#include <vector>

#include "canonical_text.h"

namespace server {

constexpr int kRounds = 25;
constexpr int kThreads = 8;

struct Metrics {
  prometheus::Registry registry;
  prometheus::Counter& requests =
      prometheus::BuildCounter().Name("requests_total").Help("Requests.").Register(registry).Add({});
  prometheus::Counter& ended_threads =
      prometheus::BuildCounter().Name("ended_threads_total").Help("Ended threads.").Register(registry).Add({});
  prometheus::Gauge& running =
      prometheus::BuildGauge().Name("running").Help("Running requests.").Register(registry).Add({});
  prometheus::Gauge& last = prometheus::BuildGauge().Name("last").Help("Always 3.").Register(registry).Add({});
  prometheus::Histogram& sizes =
      prometheus::BuildHistogram().Name("sizes").Help("Sizes.").Register(registry).Add({}, std::vector<double>{2, 5});
  prometheus::Summary& delays = prometheus::BuildSummary().Name("delays").Help("Delays.").Register(registry).Add(
      {}, prometheus::Summary::Quantiles{{0.55, 0.005}, {1, 0}});
};

Metrics& metrics() {
  static Metrics& metrics = *new Metrics;  // exists until the end of the process
  return metrics;
}

struct EndOfThread {
  ~EndOfThread() { metrics().ended_threads.Increment(); }
};

void handle(int request) {
  thread_local const EndOfThread end_of_thread;
  static_cast<void>(end_of_thread);
  metrics().running.Increment();
  metrics().requests.Increment();
  for (int i = 0; i < 4; ++i) metrics().sizes.Observe(request);
  metrics().delays.Observe(request + 1);
  metrics().last.Set(3);
  metrics().running.Decrement();
}

}  // namespace server

int main() {
  for (int round = 0; round < server::kRounds; ++round) {
    std::vector<std::thread> threads;
    for (int thread = 0; thread < server::kThreads; ++thread) threads.emplace_back(server::handle, thread);
    for (std::thread& thread : threads) thread.join();
  }
  print_families(server::metrics().registry.Collect());
}
