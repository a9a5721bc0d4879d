#include "access_log.h"

#include <utility>

#include "json.h"

namespace gallery {

namespace {

std::string client_ip_in(const std::string& json) {
  std::string address = strings_in(json, {"clientIp"}).front();
  if (address.size() > AccessLog::kMaxAddressBytes) {
    throw BadJson("'clientIp' is longer than " + std::to_string(AccessLog::kMaxAddressBytes) +
                  " bytes: " + quote(address));
  }
  return address;
}

}  // namespace

AccessLog::AccessLog(narthex::Registry& registry)
    : logs_(registry.counter({.name = "access_log_total", .help = "Access Log - total log requests"})),
      clients_(
          registry.gauge({.name = "access_client_ip_current", .help = "Access Log - current unique IP addresses"})) {}

void AccessLog::add(const std::string& json) {
  std::string address = client_ip_in(json);
  {
    const std::lock_guard lock(mutex_);  // also guards the gauge, so that an older size never replaces a newer one
    if (addresses_.size() < kMaxClients) addresses_.insert(std::move(address));
    clients_.set(static_cast<double>(addresses_.size()));
  }
  logs_.inc();
}

std::uint64_t AccessLog::logs() const { return static_cast<std::uint64_t>(logs_.value()); }

}  // namespace gallery
