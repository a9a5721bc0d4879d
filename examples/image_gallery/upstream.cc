#include "upstream.h"

#include <utility>

namespace gallery {

Upstream::Upstream(narthex::Registry& registry, std::string service, std::vector<Endpoint> endpoints,
                   std::chrono::milliseconds timeout)
    : service_(std::move(service)), replicas_(std::move(endpoints)), timeout_(timeout) {
  const auto durations = registry.histogram({.name = "image_gallery_upstream_duration_seconds",
                                             .help = "Time that a call to another service took, by how it ended."},
                                            {"service", "outcome"});
  success_ = durations.labels(service_, "success");  // all series exist from the start with the value 0
  refused_ = durations.labels(service_, "refused");
  unreachable_ = durations.labels(service_, "unreachable");
}

std::string Upstream::get(const std::string& path) {
  return call("GET " + path, 200, [&](httplib::Client& client) { return client.Get(path); });
}

void Upstream::post(const std::string& path, const std::string& json) {
  call("POST " + path, 201, [&](httplib::Client& client) { return client.Post(path, json, "application/json"); });
}

std::string Upstream::call(const std::string& what, int wanted_status, const Send& send) {
  const auto start = std::chrono::steady_clock::now();
  const httplib::Result result = send_to_one(send);
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  if (!result) {
    unreachable_.observe(taken.count());
    throw UpstreamError(service_ + " gave no answer to " + what + ": " + httplib::to_string(result.error()));
  }
  if (result->status != wanted_status) {
    refused_.observe(taken.count());
    throw UpstreamError(service_ + " answered " + std::to_string(result->status) + " to " + what);
  }
  success_.observe(taken.count());
  return result->body;
}

httplib::Result Upstream::send_to_one(const Send& send) {
  httplib::Result result(nullptr, httplib::Error::Connection);
  for (const auto& [address, port] : replicas_.in_turn()) {
    httplib::Client client(address, port);
    client.set_connection_timeout(timeout_);
    client.set_read_timeout(timeout_);
    client.set_write_timeout(timeout_);
    result = send(client);
    if (result.error() != httplib::Error::Connection && result.error() != httplib::Error::ConnectionTimeout) break;
  }
  return result;
}

}  // namespace gallery
