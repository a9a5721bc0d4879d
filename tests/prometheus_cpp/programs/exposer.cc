// A user that serves its metrics with an Exposer: several URIs, authentication, and registries that end before it.

#include <prometheus/counter.h>
#include <prometheus/exposer.h>
#include <prometheus/registry.h>

#include <iostream>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "canonical_text.h"
#include "support/http_client.h"

namespace {

class Client {
 public:
  explicit Client(const prometheus::Exposer& exposer)
      : port_(static_cast<std::uint16_t>(exposer.GetListeningPorts().at(0))) {}

  // Prints the status line and the samples that start with `app_`.
  void print(const std::string& title, const std::string& path, const std::string& headers = "") const {
    const narthex::HttpReply reply = get(path, headers);
    std::cout << "-- " << title << '\n' << reply.head.substr(0, reply.head.find("\r\n")) << '\n';
    print_samples(reply.body, "app_");
  }

  // Prints the first line of the head that starts with this text.
  void print_header(const std::string& name, const std::string& path, const std::string& headers = "") const {
    for (const std::string& line : lines_of(get(path, headers).head)) {
      if (line.starts_with(name)) std::cout << line << '\n';
    }
  }

  // Prints the names and types of the metrics about the exposer.
  void print_own_families(const std::string& path) const {
    std::set<std::string> types;
    for (const std::string& line : lines_of(get(path).body)) {
      if (line.starts_with("# TYPE exposer_")) types.insert(line);
    }
    for (const std::string& type : types) std::cout << type << '\n';
  }

 private:
  narthex::HttpReply get(const std::string& path, const std::string& headers = "") const {
    return narthex::request(port_,
                            "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + headers + "\r\n");
  }

  std::uint16_t port_;
};

std::shared_ptr<prometheus::Registry> registry_with(const std::string& counter, int value) {
  auto registry = std::make_shared<prometheus::Registry>();
  prometheus::BuildCounter()
      .Name(counter)
      .Help("Events.")
      .Labels({{"app", "x"}})
      .Register(*registry)
      .Add({{"kind", std::to_string(value)}})
      .Increment(value);
  return registry;
}

}  // namespace

int main() {
  prometheus::Exposer exposer("127.0.0.1:0");
  std::cout << "ports: " << exposer.GetListeningPorts().size() << '\n';
  const Client client(exposer);
  client.print("before the first registry", "/metrics");

  auto first = registry_with("app_first_total", 1);
  auto second = registry_with("app_second_total", 2);
  const auto third = registry_with("app_third_total", 3);
  exposer.RegisterCollectable(first);
  exposer.RegisterCollectable(second);
  exposer.RegisterCollectable(third, "/internal");
  client.print("two registries", "/metrics");
  client.print("another URI", "/internal");
  client.print("an unknown URI", "/unknown");
  client.print("a URI below", "/metrics/x");
  client.print("a query", "/metrics?name[]=app_first_total");
  client.print_own_families("/metrics");
  client.print_header("Content-Type", "/metrics");
  client.print_header("Content-Encoding", "/metrics", "Accept-Encoding: gzip\r\n");

  second.reset();
  client.print("an expired registry", "/metrics");
  exposer.RemoveCollectable(third);
  client.print("removed from a URI where it is not", "/internal");
  exposer.RemoveCollectable(third, "/internal");
  client.print("removed", "/internal");
  exposer.RegisterCollectable(third, "/internal");
  client.print("registered again", "/internal");

  const auto also_first = registry_with("app_first_total", 4);
  exposer.RegisterCollectable(also_first);
  client.print("two registries with the same family", "/metrics");
  exposer.RemoveCollectable(also_first);
  auto family = std::make_shared<prometheus::Family<prometheus::Gauge>>("app_gauge", "A family.", prometheus::Labels{});
  family->Add({}).Set(5);
  exposer.RegisterCollectable(family, "/family");
  client.print("a family", "/family");

  const auto check = [](const std::string& user, const std::string& password) {
    return user == "prometheus" && password == "secret:word";
  };
  exposer.RegisterAuth(check, "Tests");
  client.print("without a password", "/metrics");
  client.print_header("WWW-Authenticate", "/metrics");
  client.print("a wrong password", "/metrics", "Authorization: Basic cHJvbWV0aGV1czp3cm9uZw==\r\n");
  client.print("the right password", "/metrics", "Authorization: Basic cHJvbWV0aGV1czpzZWNyZXQ6d29yZA==\r\n");
  client.print("another scheme", "/metrics", "Authorization: Bearer abc\r\n");
  client.print("a URI without authentication", "/internal");

  prometheus::Exposer two_ports(std::vector<std::string>{"listening_ports", "127.0.0.1:0,127.0.0.1:0"});
  two_ports.RegisterCollectable(first);
  std::cout << "ports: " << two_ports.GetListeningPorts().size() << '\n';
  Client(two_ports).print("the options as a list", "/metrics");
  try {
    const prometheus::Exposer busy("127.0.0.1:" + std::to_string(exposer.GetListeningPorts().at(0)));
    std::cout << "a busy port: no exception\n";
  } catch (const std::runtime_error&) {
    std::cout << "a busy port: runtime_error\n";
  }
}
