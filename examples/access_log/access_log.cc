#include "access_log.h"

#include <utility>

#include <nlohmann/json.hpp>

namespace access_log {

namespace {

// Puts a culprit between quotes, and cuts what would make the message unreadable.
std::string quote(const std::string& text) {
  constexpr std::size_t kMaxQuoted = 80;
  return "'" + (text.size() > kMaxQuoted ? text.substr(0, kMaxQuoted) + "..." : text) + "'";
}

std::string client_ip_in(const std::string& json) {
  const auto log = nlohmann::json::parse(json, nullptr, false);  // false: discarded instead of an exception
  if (log.is_discarded()) throw BadLog("not JSON: " + quote(json));
  if (!log.is_object()) throw BadLog("not a JSON object: " + quote(json));
  const auto found = log.find("clientIp");
  if (found == log.end()) throw BadLog("'clientIp' is missing: " + quote(json));
  if (!found->is_string()) throw BadLog("'clientIp' is not a string: " + quote(found->dump()));
  auto address = found->get<std::string>();
  if (address.empty()) throw BadLog("'clientIp' is empty: " + quote(json));
  if (address.size() > AccessLog::kMaxAddressBytes) {
    throw BadLog("'clientIp' is longer than " + std::to_string(AccessLog::kMaxAddressBytes) +
                 " bytes: " + quote(address));
  }
  return address;
}

}  // namespace

AccessLog::AccessLog(narthex::Registry& registry, const std::string& hostname)
    : logs_(registry.counter(
          {.name = "access_log_total", .help = "Access Log - total log requests", .labels = {{"hostname", hostname}}})),
      clients_(registry.gauge({.name = "access_client_ip_current",
                               .help = "Access Log - current unique IP addresses",
                               .labels = {{"hostname", hostname}}})) {}

void AccessLog::add(const std::string& json) {
  std::string address = client_ip_in(json);
  {
    const std::lock_guard lock(mutex_);  // also around the gauge, which must not go back to an older size
    if (addresses_.size() < kMaxClients) addresses_.insert(std::move(address));
    clients_.set(static_cast<double>(addresses_.size()));
  }
  logs_.inc();
}

std::uint64_t AccessLog::logs() const { return static_cast<std::uint64_t>(logs_.value()); }

}  // namespace access_log
