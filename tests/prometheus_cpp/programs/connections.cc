// A user that adds series for each connection and removes them when the connection ends. The series of one family have
// different label names. Several threads add, update, and remove at the same time.

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <atomic>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "canonical_text.h"

namespace {

constexpr int kThreads = 4;
constexpr int kConnectionsPerThread = 500;

void use_different_label_names() {
  prometheus::Registry registry;
  auto& open = prometheus::BuildGauge().Name("connections").Help("Open connections.").Register(registry);
  auto& tcp = open.Add({{"peer", "10.0.0.7"}, {"port", "443"}});
  auto& local = open.Add({{"path", "/run/app.sock"}});
  auto& all = open.Add({});
  auto& empty_value = open.Add({{"peer", ""}, {"port", "80"}});
  tcp.Increment();
  local.Set(3);
  all.Set(4);
  empty_value.Increment();
  std::cout << "-- different label names\n";
  print_families(registry.Collect());

  const auto print_has = [&](const char* title) {
    std::cout << title << ": " << open.Has({{"port", "443"}, {"peer", "10.0.0.7"}}) << open.Has({{"port", "443"}})
              << open.Has({{"path", "/run/app.sock"}}) << open.Has({}) << open.Has({{"peer", ""}, {"port", "80"}})
              << open.Has({{"port", "80"}}) << open.Has({{"not a name", "x"}}) << '\n';
  };
  print_has("has");
  std::cout << "same series: " << (&open.Add({{"port", "443"}, {"peer", "10.0.0.7"}}) == &tcp)
            << (&open.Add({}) == &all) << '\n';
  std::cout << "value of the same series: " << open.Add({}, 17.0).Value() << '\n';

  open.Remove(&tcp);
  open.Remove(&all);
  prometheus::Gauge unregistered;
  open.Remove(&unregistered);
  open.Remove(nullptr);
  print_has("has after removal");
  std::cout << "value after the second Add(): " << open.Add({{"peer", "10.0.0.7"}, {"port", "443"}}).Value() << '\n';
  print_families(registry.Collect());
}

// Each connection has two series of its own and updates two that all connections share.
void serve_connections() {
  prometheus::Registry registry;
  auto& open = prometheus::BuildGauge().Name("connections").Help("Open connections.").Register(registry);
  auto& received = prometheus::BuildCounter().Name("received_bytes_total").Help("Bytes.").Register(registry);
  auto& sizes = prometheus::BuildHistogram().Name("message_bytes").Help("Message sizes.").Register(registry);
  auto& shared = received.Add({{"connection", "all"}});
  std::atomic<int> wrong{0};

  const auto work = [&](int thread) {
    for (int i = 0; i < kConnectionsPerThread; ++i) {
      const std::string id = std::to_string(thread) + "-" + std::to_string(i);
      auto& own_gauge = open.Add({{"connection", id}});
      auto& own_bytes = received.Add({{"connection", id}, {i % 2 == 0 ? "even" : "odd", "yes"}});
      auto& all_sizes = sizes.Add({{"direction", "in"}}, prometheus::Histogram::BucketBoundaries{1, 2, 4});
      own_gauge.Set(1);
      for (int message = 0; message < 3; ++message) {
        own_bytes.Increment(message);
        shared.Increment(message);
        all_sizes.Observe(message);
      }
      if (own_bytes.Value() != 3 || !open.Has({{"connection", id}})) ++wrong;
      const bool stays_open = i >= kConnectionsPerThread - 2;
      if (stays_open) continue;
      open.Remove(&own_gauge);
      received.Remove(&own_bytes);
      if (open.Has({{"connection", id}})) ++wrong;
    }
  };
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) threads.emplace_back(work, thread);
  for (int scrape = 0; scrape < 20; ++scrape) {
    for (const auto& family : registry.Collect()) {
      if (family.name == "received_bytes_total" && family.help != "Bytes.") ++wrong;
    }
  }
  for (std::thread& thread : threads) thread.join();
  std::cout << "-- after " << kThreads * kConnectionsPerThread << " connections\nwrong: " << wrong << '\n';
  print_families(registry.Collect());
}

}  // namespace

int main() {
  use_different_label_names();
  serve_connections();
}
