#include "prometheus_cpp/endpoint.h"

#include <chrono>
#include <mutex>

#include <fmt/format.h>
#include <narthex/exposition.h>
#include <narthex/prometheus_cpp.h>

#include "prometheus_cpp/basic_credentials.h"

namespace prometheus::detail {

namespace {

using Clock = std::chrono::steady_clock;
using Response = narthex::HttpExporter::Response;

bool have_same_owner(const std::weak_ptr<Collectable>& left, const std::weak_ptr<Collectable>& right) {
  return !left.owner_before(right) && !right.owner_before(left);
}

// RFC 9110, section 5.6.4: a quoted string.
std::string quoted(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

}  // namespace

Endpoint::Endpoint()
    : transferred_bytes_(BuildCounter()
                             .Name("exposer_transferred_bytes_total")
                             .Help("Transferred bytes to metrics services")
                             .Register(*own_metrics_)
                             .Add({})),
      scrapes_(BuildCounter()
                   .Name("exposer_scrapes_total")
                   .Help("Number of times metrics were scraped")
                   .Register(*own_metrics_)
                   .Add({})),
      latencies_(BuildSummary()
                     .Name("exposer_request_latencies")
                     .Help("Latencies of serving scrape requests, in microseconds")
                     .Register(*own_metrics_)
                     .Add({}, Summary::Quantiles{{0.5, 0.05}, {0.9, 0.01}, {0.99, 0.001}})) {
  registry_.add(narthex::prometheus_collector(own_metrics_));
}

void Endpoint::add(const std::weak_ptr<Collectable>& collectable) {
  remove_if([](const Source& source) { return source.collectable.expired(); });
  Source source{collectable, collectable.lock().get(), narthex::prometheus_collector(collectable)};
  const std::lock_guard lock(mutex_);
  registry_.add(source.collector);
  sources_.push_back(std::move(source));
}

void Endpoint::remove(const std::weak_ptr<Collectable>& collectable) {
  const auto object = collectable.lock();
  remove_if([&](const Source& source) {  // several objects may have one owner
    return have_same_owner(source.collectable, collectable) && (!object || source.object == object.get());
  });
}

template <class Matches>
void Endpoint::remove_if(Matches matches) {
  std::vector<Source> removed;
  {
    const std::lock_guard lock(mutex_);
    for (const Source& source : sources_) {
      if (matches(source)) removed.push_back(source);
    }
    std::erase_if(sources_, matches);
  }
  for (const Source& source : removed) registry_.remove(source.collector);  // waits while a scrape calls it
}

void Endpoint::set_auth(Auth auth, const std::string& realm) {
  auto protection = std::make_shared<const Protection>(Protection{std::move(auth), "Basic realm=" + quoted(realm)});
  const std::lock_guard lock(mutex_);
  protection_ = std::move(protection);
}

Response Endpoint::reply(const narthex::HttpExporter::Request& request) {
  const auto begin = Clock::now();
  const std::shared_ptr<const Protection> protection = [this] {
    const std::lock_guard lock(mutex_);
    return protection_;
  }();
  if (protection) {
    const auto credentials = basic_credentials(request.authorization);
    try {
      if (!credentials || !protection->auth(credentials->first, credentials->second)) {
        return {.status = 401, .body = "Unauthorized\n", .headers = {{"WWW-Authenticate", protection->challenge}}};
      }
    } catch (...) {  // the client is not admitted, and must not see the message
      return {.status = 500, .body = "Internal Server Error\n"};
    }
  }
  narthex::Exposition exposition = narthex::expose(registry_, request.scrape);
  transferred_bytes_.Increment(static_cast<double>(exposition.body.size()));
  scrapes_.Increment();
  latencies_.Observe(std::chrono::duration<double, std::micro>(Clock::now() - begin).count());
  Response response{.content_type = std::move(exposition.content_type),
                    .body = std::move(exposition.body),
                    .headers = {{"Vary", "Accept, Accept-Encoding"}}};
  if (!exposition.content_encoding.empty()) {
    response.headers.emplace_back("Content-Encoding", exposition.content_encoding);
  }
  return response;
}

}  // namespace prometheus::detail
