#include <cstdio>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <narthex/narthex.h>

using Attributes = std::map<std::string, std::string>;

class RequestMetrics {
 public:
  RequestMetrics(narthex::Registry& registry, std::vector<std::string> label_names)
      : names_(std::move(label_names)),
        requests_(registry.counter({.name = "requests_total", .help = "Requests served."}, names_)) {}

  void count(const Attributes& attributes) {
    std::vector<std::string> values;  // one value for each name, in the order of the names
    for (const std::string& name : names_) {
      const auto found = attributes.find(name);
      values.push_back(found == attributes.end() ? "" : found->second);
    }
    requests_.labels(values).inc();
  }

 private:
  std::vector<std::string> names_;
  narthex::DynamicFamily<narthex::Counter> requests_;
};

int main() {
  const std::vector<std::string> label_names = {"tenant", "region"};  // from the configuration file
  narthex::Registry registry;
  RequestMetrics metrics(registry, label_names);
  metrics.count({{"region", "eu"}, {"tenant", "acme"}, {"user", "42"}});
  metrics.count({{"tenant", "initech"}});
  std::fputs(narthex::to_text(registry).c_str(), stdout);
}
