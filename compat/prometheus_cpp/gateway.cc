#include <prometheus/gateway.h>

#include <algorithm>
#include <exception>
#include <mutex>
#include <string_view>
#include <utility>
#include <vector>

#include <narthex/collector.h>
#include <narthex/exposition.h>
#include <narthex/prometheus_cpp.h>
#include <narthex/registry.h>

#include "prometheus_cpp/mutex.h"
#include "push/http_client.h"
#include "pushgateway/group_url.h"

namespace prometheus {

namespace {

constexpr std::chrono::seconds kDefaultTimeout{60};

std::string path_of(const Labels& labels) {
  std::string path;
  for (const auto& [name, value] : labels) path += narthex::detail::group_label(name, value);
  return path;
}

bool is_error(int status) { return status < 100 || status >= 400; }

// Keeps the exception of a collectable, which a registry would only log.
class PushedCollector final : public narthex::Collector {
 public:
  explicit PushedCollector(std::shared_ptr<Collectable> collectable)
      : collector_(narthex::prometheus_collector(collectable)), collectable_(std::move(collectable)) {}

  std::string_view name() const override { return collector_->name(); }
  void collect(narthex::Sink& sink) override try { collector_->collect(sink); } catch (...) {
    error_ = std::current_exception();
    throw;
  }

  void rethrow() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  const std::shared_ptr<narthex::Collector> collector_;
  const std::shared_ptr<Collectable> collectable_;
  std::exception_ptr error_;
};

// Returns the text of a collectable. Throws what it throws.
std::string text_of(const std::shared_ptr<Collectable>& collectable) {
  const auto collector = std::make_shared<PushedCollector>(collectable);
  const narthex::Registry registry({.diagnostic = [](std::string_view) {}});  // the caller gets the exception
  registry.add(collector);
  std::string text = narthex::to_text(registry);
  collector->rethrow();
  return text;
}

}  // namespace

class Gateway::Client {
 public:
  Client(std::string job_url, const Labels& labels, std::string user, std::string password,
         std::chrono::milliseconds timeout)
      : job_url_(std::move(job_url)),
        instance_url_(job_url_ + path_of(labels)),
        user_(std::move(user)),
        password_(std::move(password)),
        timeout_(timeout) {}

  void add(const std::weak_ptr<Collectable>& collectable, const Labels& labels) {
    Source source{collectable, instance_url_ + path_of(labels)};
    const std::lock_guard lock(mutex_);
    std::erase_if(sources_, [](const Source& other) { return other.collectable.expired(); });
    sources_.push_back(std::move(source));
  }

  bool add_header(const std::string& header) {
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; };
    const std::size_t colon = header.find(':');
    if (colon == 0 || colon == std::string::npos || std::ranges::any_of(header, is_control)) return false;
    const std::lock_guard lock(mutex_);
    headers_.push_back(header);
    return true;
  }

  int push(const char* method) {
    for (const Source& source : sources()) {
      const auto collectable = source.collectable.lock();
      if (!collectable) continue;
      const int status = send(method, source.url, text_of(collectable));
      if (is_error(status)) return status;
    }
    return 200;
  }

  // Collects now, and sends on another thread. Sends everything, and returns the last error.
  std::future<int> push_later(const char* method) {
    std::vector<std::pair<std::string, std::string>> bodies;
    for (const Source& source : sources()) {
      if (const auto collectable = source.collectable.lock()) bodies.emplace_back(source.url, text_of(collectable));
    }
    return std::async(std::launch::async, [this, method, bodies = std::move(bodies)] {
      int result = 200;
      for (const auto& [url, body] : bodies) {
        const int status = send(method, url, body);
        if (is_error(status)) result = status;
      }
      return result;
    });
  }

  int delete_job() { return send("DELETE", job_url_, {}); }
  int delete_instance() { return send("DELETE", instance_url_, {}); }

 private:
  struct Source {
    std::weak_ptr<Collectable> collectable;
    std::string url;
  };

  std::vector<Source> sources() const {
    const std::lock_guard lock(mutex_);
    return sources_;
  }

  int send(const char* method, const std::string& url, const std::string& body) {
    std::vector<std::string> headers{"Content-Type: text/plain; version=0.0.4; charset=utf-8"};
    {
      const std::lock_guard lock(mutex_);
      headers.insert(headers.end(), headers_.begin(), headers_.end());
    }
    narthex::detail::HttpClient client(
        {.url = url, .headers = std::move(headers), .connection = {.user = user_}, .password = password_});
    const narthex::detail::PushDeadline deadline(narthex::detail::PushClock::now() + timeout_);
    const narthex::detail::HttpReply reply =
        client.send({.method = method, .body = body, .is_last_attempt = true}, deadline);
    return reply.status != 0 ? reply.status : -reply.curl_code;
  }

  const std::string job_url_;
  const std::string instance_url_;
  const std::string user_;
  const std::string password_;
  const std::chrono::milliseconds timeout_;
  mutable detail::Mutex mutex_;  // guards the rest
  std::vector<Source> sources_;
  std::vector<std::string> headers_;
};

Gateway::Gateway(const std::string& host, const std::string& port, const std::string& jobname, const Labels& labels,
                 const std::string& username, const std::string& password, std::chrono::seconds timeout)
    : client_(std::make_unique<Client>(host + ':' + port + "/metrics" + narthex::detail::group_label("job", jobname),
                                       labels, username, password, timeout.count() > 0 ? timeout : kDefaultTimeout)) {}

Gateway::~Gateway() = default;

void Gateway::RegisterCollectable(const std::weak_ptr<Collectable>& collectable, const Labels* labels) {
  client_->add(collectable, labels ? *labels : Labels());
}

Labels Gateway::GetInstanceLabel(const std::string& hostname) {
  return hostname.empty() ? Labels() : Labels{{"instance", hostname}};
}

bool Gateway::AddHttpHeader(const std::string& header) { return client_->add_header(header); }

int Gateway::Push() { return client_->push("POST"); }
int Gateway::PushAdd() { return client_->push("PUT"); }
int Gateway::Delete() { return client_->delete_job(); }
int Gateway::DeleteForInstance() { return client_->delete_instance(); }

std::future<int> Gateway::AsyncPush() { return client_->push_later("POST"); }
std::future<int> Gateway::AsyncPushAdd() { return client_->push_later("PUT"); }
std::future<int> Gateway::AsyncDelete() {
  return std::async(std::launch::async, [this] { return Delete(); });
}
std::future<int> Gateway::AsyncDeleteForInstance() {
  return std::async(std::launch::async, [this] { return DeleteForInstance(); });
}

}  // namespace prometheus
