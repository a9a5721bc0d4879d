// A user with an HTTP server of its own, which replies with the text of a TextSerializer.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>
#include <sys/socket.h>
#include <unistd.h>

#include <iostream>
#include <memory>
#include <sstream>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "canonical_text.h"
#include "support/http_client.h"

namespace {

class Server {
 public:
  explicit Server(std::shared_ptr<prometheus::Collectable> metrics) : metrics_(std::move(metrics)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const raw = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_, raw, size) != 0 || ::listen(listener_, 1) != 0 || ::getsockname(listener_, raw, &size) != 0) {
      throw std::system_error(errno, std::generic_category(), "listen");
    }
    port_ = ntohs(address.sin_port);
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server() { ::close(listener_); }

  std::uint16_t port() const { return port_; }

  // Replies to one request, and closes the connection.
  void serve_one() {
    const int client = ::accept(listener_, nullptr, nullptr);
    std::string request;
    char bytes[1024];
    while (request.find("\r\n\r\n") == std::string::npos) {
      const ssize_t size = ::recv(client, bytes, sizeof bytes, 0);
      if (size <= 0) break;
      request.append(bytes, static_cast<std::size_t>(size));
    }
    std::ostringstream body;
    serializer_->Serialize(body, metrics_->Collect());
    const std::string text = body.str();
    const std::string reply =
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Length: " + std::to_string(text.size()) +
        "\r\nConnection: close\r\n\r\n" + text;
    ::send(client, reply.data(), reply.size(), MSG_NOSIGNAL);
    ::close(client);
  }

 private:
  const std::shared_ptr<prometheus::Collectable> metrics_;
  const std::unique_ptr<prometheus::Serializer> serializer_ = std::make_unique<prometheus::TextSerializer>();
  const int listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  std::uint16_t port_ = 0;
};

// A format of the user: the names of the families.
class NamesSerializer : public prometheus::Serializer {
 public:
  using Serializer::Serialize;
  void Serialize(std::ostream& out, const std::vector<prometheus::MetricFamily>& metrics) const override {
    for (const prometheus::MetricFamily& family : metrics) out << family.name << '\n';
  }
};

}  // namespace

int main() {
  const auto registry = std::make_shared<prometheus::Registry>();
  auto& requests = prometheus::BuildCounter().Name("http_requests_total").Help("Requests.").Register(*registry);
  requests.Add({{"method", "GET"}, {"code", "200"}}).Increment(2);
  requests.Add({{"method", "POST"}, {"code", "500"}}).Increment();
  auto& latency = prometheus::BuildHistogram()
                      .Name("http_latency_seconds")
                      .Help("Latency.")
                      .Register(*registry)
                      .Add({}, prometheus::Histogram::BucketBoundaries{0.005, 0.5, 10});
  for (const double seconds : {0.001, 0.005, 0.1, 60.0}) latency.Observe(seconds);

  Server server(registry);
  narthex::HttpReply reply;
  std::thread client([&] { reply = narthex::get(server.port()); });
  server.serve_one();
  client.join();
  std::cout << "status: " << reply.status() << '\n';
  print_families(reply.body);

  const prometheus::TextSerializer serializer;
  prometheus::Registry ordered;
  prometheus::BuildHistogram()
      .Name("ordered")
      .Help("In this order.")
      .Register(ordered)
      .Add({{"b", "2"}, {"a", "1"}}, prometheus::Histogram::BucketBoundaries{-1, 2, 10})
      .Observe(2);
  std::cout << "-- one series\n" << serializer.Serialize(ordered.Collect());
  std::cout << "-- names\n" << NamesSerializer().Serialize(ordered.Collect());
  std::cout << "-- nothing\n" << serializer.Serialize({});
}
