// Families: lookups, removal, limits, and label names that are known at run time only.

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <narthex/narthex.h>

namespace {

enum class Method { get, put };

std::string_view to_string(Method method) { return method == Method::get ? "GET" : "PUT"; }

void look_up(narthex::Registry& registry) {
  const auto requests = registry.counter({.name = "requests_total", .help = "Requests served."}, {"method", "code"});
  requests.labels("GET", 200).inc();                            // creates the series at its first use
  requests.labels(Method::put, 404).inc();                      // an enum with a to_string()
  const narthex::Counter get_ok = requests.labels("GET", 200);  // a kept handle is the fastest way to update
  get_ok.inc();

  const std::optional<narthex::Counter> found = requests.find("POST", 200);  // does not create the series
  requests.remove("GET", 200);                  // the series is not served any more; get_ok may still be updated
  requests.remove_matching({{"code", "404"}});  // all series with this label value
  requests.clear();                             // all series

  std::printf("found %d, value of the removed series %g\n", found.has_value(), get_ok.value());
}

void limit(narthex::Registry& registry) {
  const auto clients = registry.counter({.name = "client_requests_total",
                                         .help = "Requests by client.",
                                         .max_series = 2,
                                         .idle_timeout = std::chrono::hours(1)},
                                        {"client"});
  for (const char* client : {"a", "b", "c", "d"}) clients.labels(client).inc();
  std::printf("overflow %g\n", clients.labels("__overflow__").value());
}

void closed_labels(narthex::Registry& registry) {
  const narthex::EnumFamily<narthex::Counter, Method, std::size_t> calls =
      registry.counter({.name = "calls_total", .help = "Calls."}, narthex::enum_label<Method, 2>("method"),
                       narthex::text_label<"ok", "failed">("result"));
  calls.at(Method::put, 1).inc();  // no hash, no lock, and no memory after the first use of a series
  calls.remove(Method::put, 1);    // not served until its next use
  calls.at(Method::put, 1).inc();  // the same series again
  calls.at(Method::put, 2).inc();  // there is no such text: counted in the overflow series
  std::printf("calls %g\n", calls.at(Method::put, 1).value());
}

void names_at_run_time(narthex::Registry& registry, const std::vector<std::string>& names) {
  const narthex::DynamicFamily<narthex::Gauge> weights =
      registry.gauge({.name = "weight", .help = "Weight of a tenant."}, names);
  weights.labels({"acme", "b"}).set(3);  // throws if the number of values is wrong
}

}  // namespace

int main() {
  narthex::Registry registry({.diagnostic = [](std::string_view) {}});  // instead of stderr; see limit()
  look_up(registry);
  limit(registry);
  closed_labels(registry);
  names_at_run_time(registry, {"tenant", "zone"});
}
