// A service that was written for prometheus-cpp. Prints its port, and ends when its input is closed.

#include <cstdio>
#include <iostream>
#include <memory>
#include <string>

#include <prometheus/counter.h>
#include <prometheus/exposer.h>
#include <prometheus/gateway.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

int main() {
  prometheus::Exposer exposer("127.0.0.1:0");
  auto registry = std::make_shared<prometheus::Registry>();

  auto& requests = prometheus::BuildCounter().Name("http_requests_total").Help("Requests served.").Register(*registry);
  requests.Add({{"method", "GET"}, {"code", "200"}}).Increment();
  requests.Add({{"method", "GET"}, {"code", "200"}}).Increment(2);

  auto& latency = prometheus::BuildHistogram()
                      .Name("http_request_duration_seconds")
                      .Help("Duration of a request.")
                      .Register(*registry)
                      .Add({}, prometheus::Histogram::BucketBoundaries{0.1, 1, 10});
  latency.Observe(0.5);
  latency.Observe(20);

  exposer.RegisterCollectable(registry);
  prometheus::Gateway gateway("127.0.0.1", "1", "service", prometheus::Gateway::GetInstanceLabel("web-1"));
  gateway.RegisterCollectable(registry);
  if (gateway.Push() >= 0) {
    std::fputs("a push to a closed port succeeded\n", stderr);
    return 1;
  }
  std::cout << exposer.GetListeningPorts().at(0) << std::endl;
  std::string line;
  while (std::getline(std::cin, line)) {
  }
}
