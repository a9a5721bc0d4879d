// A user that pushes the metrics of a batch job to a Pushgateway.

#include <prometheus/counter.h>
#include <prometheus/gateway.h>
#include <prometheus/registry.h>

#include <future>
#include <iostream>
#include <memory>
#include <string>

#include "canonical_text.h"
#include "support/http_client.h"
#include "support/one_reply_server.h"

namespace {

// A Pushgateway that prints what it receives.
class Pushgateway {
 public:
  explicit Pushgateway(const std::string& status = "200 OK")
      : server_("HTTP/1.1 " + status + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n") {}

  std::string port() const { return server_.url().substr(server_.url().rfind(':') + 1); }

  // Prints the result of a push, and the requests that were received after the last call.
  void print(const std::string& title, int result) {
    std::cout << "-- " << title << ": " << result << '\n';
    const auto requests = server_.requests();
    for (; printed_ < requests.size(); ++printed_) {
      const auto [head, body] = narthex::HttpReply::of(requests[printed_]);
      std::cout << head.substr(0, head.find(" HTTP/")) << '\n';
      for (const std::string& line : lines_of(head)) {
        if (line.starts_with("Authorization:")) std::cout << line << '\n';
      }
      print_samples(body);
    }
  }

 private:
  narthex::OneReplyServer server_;
  std::size_t printed_ = 0;
};

std::shared_ptr<prometheus::Registry> registry_with(const std::string& counter) {
  auto registry = std::make_shared<prometheus::Registry>();
  auto& family = prometheus::BuildCounter().Name(counter).Help("Rows.").Register(*registry);
  family.Add({{"table", "users"}}).Increment(12);
  family.Add({{"table", "orders"}}).Increment(0.5);
  return registry;
}

void push_everything() {
  Pushgateway pushgateway;
  prometheus::Gateway gateway("127.0.0.1", pushgateway.port(), "backup", {{"instance", "db1"}, {"zone", "eu"}});
  pushgateway.print("nothing to push", gateway.Push());
  pushgateway.print("nothing to delete", gateway.Delete());

  auto rows = registry_with("rows_total");
  gateway.RegisterCollectable(rows);
  pushgateway.print("Push", gateway.Push());
  pushgateway.print("PushAdd", gateway.PushAdd());
  pushgateway.print("Delete", gateway.Delete());
  pushgateway.print("DeleteForInstance", gateway.DeleteForInstance());
  pushgateway.print("AsyncPush", gateway.AsyncPush().get());
  pushgateway.print("AsyncPushAdd", gateway.AsyncPushAdd().get());
  pushgateway.print("AsyncDelete", gateway.AsyncDelete().get());
  pushgateway.print("AsyncDeleteForInstance", gateway.AsyncDeleteForInstance().get());

  const auto errors = registry_with("errors_total");
  const prometheus::Labels labels{{"part", "errors"}};
  gateway.RegisterCollectable(errors, &labels);
  pushgateway.print("two registries", gateway.Push());
  rows.reset();
  pushgateway.print("an expired registry", gateway.Push());
  static_cast<void>(gateway.AsyncPush());  // the destructor of the future waits
  pushgateway.print("AsyncPush without a look at its result", 0);
}

void push_as(const std::string& title, const std::string& job, const prometheus::Labels& labels,
             const std::string& user = "", const std::string& password = "") {
  Pushgateway pushgateway("202 Accepted");
  prometheus::Gateway gateway("http://127.0.0.1", pushgateway.port(), job, labels, user, password);
  const auto rows = registry_with("rows_total");
  gateway.RegisterCollectable(rows);
  pushgateway.print(title, gateway.Push());
}

void push_nothing() {
  Pushgateway pushgateway;
  prometheus::Gateway gateway("127.0.0.1", pushgateway.port(), "backup");
  const auto empty = std::make_shared<prometheus::Registry>();
  gateway.RegisterCollectable(empty);
  pushgateway.print("an empty registry", gateway.Push());
}

void push_and_fail() {
  const auto rows = registry_with("rows_total");
  std::string closed_port;
  {
    Pushgateway failing("500 Internal Server Error");
    closed_port = failing.port();
    prometheus::Gateway gateway("127.0.0.1", failing.port(), "backup");
    gateway.RegisterCollectable(rows);
    failing.print("a failing Pushgateway", gateway.Push());
    failing.print("a failing Pushgateway, concurrently", gateway.AsyncPushAdd().get());
    failing.print("a failing Pushgateway, delete", gateway.Delete());
  }
  prometheus::Gateway gateway("127.0.0.1", closed_port, "backup");
  gateway.RegisterCollectable(rows);
  std::cout << "a closed port: " << (gateway.Push() < 0) << (gateway.AsyncPush().get() < 0) << (gateway.Delete() < 0)
            << '\n';
}

}  // namespace

int main() {
  push_everything();
  push_as("a password", "backup", {}, "user", "secret");
  push_as("special characters", "backup:nightly-1.2~x", {{"path", "a&b=c,d;e@f"}});
  push_as("a slash", "backup/nightly", {{"path", "/var/lib"}});
  push_as("a space", "nightly backup", {});
  push_as("an escaped space", "nightly%20backup", {});
  push_as("an empty value", "backup", {{"zone", ""}});
  push_as("letters", "sauvegarde_é", prometheus::Gateway::GetInstanceLabel("db-1.example.org"));
  push_as("no instance", "backup", prometheus::Gateway::GetInstanceLabel(""));
  push_nothing();
  push_and_fail();
}
