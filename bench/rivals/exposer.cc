#include <string>
#include <vector>

#include <prometheus/exposer.h>

#include "../versus/prometheus_cpp_client.h"
#include "serve.h"

namespace {

// The server of prometheus-cpp, or of the layer, with its default options.
class Exposer {
 public:
  Exposer(const narthex::bench::PrometheusCpp& client, const std::string& listen) : exposer_(listen) {
    exposer_.RegisterCollectable(client.registry());
  }

  std::vector<std::string> addresses() const {
    std::vector<std::string> found;
    for (const int port : exposer_.GetListeningPorts()) found.push_back("127.0.0.1:" + std::to_string(port));
    return found;
  }

 private:
  prometheus::Exposer exposer_;
};

}  // namespace

int main(int argc, char** argv) {
  return narthex::bench::serve<narthex::bench::PrometheusCpp>(
      argc, argv, [](const auto& client, const auto& options) { return Exposer(client, options.listen); });
}
