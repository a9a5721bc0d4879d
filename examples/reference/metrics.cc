// Every kind of metric, its updates, and the guards for blocks of code.

#include <cstdio>
#include <stdexcept>

#include <narthex/narthex.h>

namespace {

struct TimeoutError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

int render() { return 200; }
void ask() { throw TimeoutError("no answer"); }

void define_and_update(narthex::Registry& registry) {
  narthex::Counter jobs = registry.counter({.name = "jobs_total", .help = "Jobs done."});
  jobs.inc();
  narthex::Gauge connections = registry.gauge({.name = "connections", .help = "Open connections."});
  connections.set(3);
  narthex::Histogram time = registry.histogram({.name = "job_seconds", .help = "Duration.", .buckets = {0.01, 0.1, 1}});
  time.observe(0.042);
  narthex::Histogram sizes = registry.histogram({.name = "job_bytes", .help = "Size.", .native = {}});
  sizes.observe(5120);
  narthex::Summary waits = registry.summary({.name = "wait_seconds", .help = "Waits.", .quantiles = {0.99}});
  waits.observe(0.003);
  registry.info({.name = "build_info", .help = "Build.", .labels = {{"revision", "ab12"}}});
  narthex::StateSet state = registry.state_set({.name = "state", .help = "State.", .states = {"idle", "running"}});
  state.set("running");  // turns the other states off
  narthex::Unknown device = registry.unknown({.name = "device_value", .help = "Value that a device reports."});
  device.set(42);
  narthex::Family<narthex::Counter, 2> calls =
      registry.counter({.name = "calls_total", .help = "Calls."}, {"method", "code"});
  calls.labels("GET", 200).inc();
}

void use_guards(narthex::Registry& registry) {
  const narthex::Histogram latency = registry.histogram({.name = "page_seconds", .help = "Time to render a page."});
  const narthex::Gauge in_flight =
      registry.gauge({.name = "pages_in_flight", .help = "Pages that are being rendered."});
  const narthex::Counter errors = registry.counter({.name = "page_errors_total", .help = "Pages that failed."});
  const narthex::Counter timeouts = registry.counter({.name = "timeouts_total", .help = "Calls without an answer."});
  {
    const narthex::Timer timer(latency);                   // observes the seconds until the end of the block
    const narthex::InFlight guard(in_flight);              // adds 1 now, subtracts 1 at the end of the block
    const narthex::ExceptionCounter errors_guard(errors);  // adds 1 if an exception leaves the block
    render();
  }
  const int code = latency.time([] { return render(); });  // observes the duration, returns the result
  try {
    timeouts.count_exceptions<TimeoutError>([] { ask(); });  // counts, and throws again
  } catch (const TimeoutError&) {
  }
  std::printf("code %d, in flight %g, timeouts %g\n", code, in_flight.value(), timeouts.value());
}

}  // namespace

int main() {
  narthex::Registry registry;
  define_and_update(registry);
  use_guards(registry);
}
