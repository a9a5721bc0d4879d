#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <narthex/collector.h>
#include <narthex/http_exporter.h>
#include <narthex/registry.h>
#include <prometheus/collectable.h>
#include <prometheus/registry.h>

#include "prometheus_cpp/mutex.h"

namespace prometheus::detail {

// What an Exposer serves on one URI.
// Thread safety: all members may be called concurrently.
class Endpoint {
 public:
  using Auth = std::function<bool(const std::string& user, const std::string& password)>;

  Endpoint();

  void add(const std::weak_ptr<Collectable>& collectable);
  void remove(const std::weak_ptr<Collectable>& collectable);
  void set_auth(Auth auth, const std::string& realm);

  narthex::HttpExporter::Response reply(const narthex::HttpExporter::Request& request);

 private:
  struct Protection {
    Auth auth;
    std::string challenge;  // value of the header WWW-Authenticate
  };
  struct Source {
    std::weak_ptr<Collectable> collectable;
    const Collectable* object;
    std::shared_ptr<narthex::Collector> collector;
  };

  // Removes the sources for which a function returns true.
  template <class Matches>
  void remove_if(Matches matches);

  const std::shared_ptr<Registry> own_metrics_ = std::make_shared<Registry>();
  Counter& transferred_bytes_;
  Counter& scrapes_;
  Summary& latencies_;
  const narthex::Registry registry_;
  Mutex mutex_;  // guards the rest; no collector and no function of the user runs under it
  std::vector<Source> sources_;
  std::shared_ptr<const Protection> protection_;  // null: no authentication
};

}  // namespace prometheus::detail
