// Counts as fast as a timer allows, and pushes the count. push_outage_test.py runs it against receivers that fail.
//
//   push_outage_service remote_write|otlp|pushgateway URL [CA_FILE [TIMEOUT_MILLISECONDS]]
//
// SIGUSR1 ends the counting: it prints the count and the longest call of inc(). SIGTERM ends the program: it prints how
// long the destructor of the exporter took.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <latch>
#include <memory>
#include <string>
#include <thread>

#include <narthex/narthex.h>
#include <narthex/otlp_exporter.h>
#include <narthex/pushgateway_exporter.h>
#include <narthex/remote_write_exporter.h>
#include <pthread.h>

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kInterval{500};
constexpr milliseconds kShutdown{1'000};

std::shared_ptr<void> exporter(const std::string& kind, const narthex::Registry& registry, const std::string& url,
                               const std::string& ca_file, milliseconds timeout) {
  const narthex::PushConnection connection{.ca_file = ca_file};
  if (kind == "otlp") {
    return std::make_shared<narthex::OtlpExporter>(registry, narthex::OtlpOptions{.endpoint = url,
                                                                                  .interval = kInterval,
                                                                                  .timeout = timeout,
                                                                                  .shutdown_timeout = kShutdown,
                                                                                  .connection = connection});
  }
  if (kind == "remote_write") {
    return std::make_shared<narthex::RemoteWriteExporter>(
        registry, narthex::RemoteWriteOptions{.url = url,
                                              .job = "outage",
                                              .instance = "one",
                                              .version = narthex::RemoteWriteVersion::v1,
                                              .interval = kInterval,
                                              .timeout = timeout,
                                              .shutdown_timeout = kShutdown,
                                              .connection = connection});
  }
  return std::make_shared<narthex::PushgatewayExporter>(registry,
                                                        narthex::PushgatewayOptions{.url = url,
                                                                                    .job = "outage",
                                                                                    .timeout = timeout,
                                                                                    .interval = kInterval,
                                                                                    .shutdown_timeout = kShutdown,
                                                                                    .connection = connection});
}

double milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  sigset_t signals;
  sigemptyset(&signals);
  for (const int number : {SIGUSR1, SIGTERM}) sigaddset(&signals, number);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);  // the threads that start later inherit it

  const narthex::Registry registry;
  const narthex::Counter steps = registry.counter({.name = "steps_total", .help = "Steps."});
  auto push = exporter(argv[1], registry, argv[2], argc > 3 ? argv[3] : "",
                       milliseconds(argc > 4 ? std::stoi(argv[4]) : 2'000));
  std::atomic<bool> is_counting{true};
  std::latch has_counted(1);  // at least once
  double longest = 0;
  std::thread counting([&] {
    for (bool is_first = true; is_counting || is_first; is_first = false) {
      const Clock::time_point start = Clock::now();
      steps.inc();
      longest = std::max(longest, milliseconds_since(start));
      if (is_first) has_counted.count_down();
      std::this_thread::sleep_for(milliseconds(1));
    }
  });
  has_counted.wait();
  std::printf("started\n");
  std::fflush(stdout);
  for (int number = 0; number != SIGTERM;) {
    sigwait(&signals, &number);
    if (is_counting.exchange(false)) {
      counting.join();
      std::printf("count %.0f, longest inc() %.3f ms\n", steps.value(), longest);
      std::fflush(stdout);
    }
  }
  const Clock::time_point start = Clock::now();
  push.reset();
  std::printf("ended in %.0f ms\n", milliseconds_since(start));
}
