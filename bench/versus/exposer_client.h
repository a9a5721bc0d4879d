#pragma once

#include <narthex/exposition.h>
#include <narthex/prometheus_cpp.h>
#include <narthex/registry.h>

#include "prometheus_cpp_client.h"

namespace narthex::bench {

// The layer with the text that its Exposer serves, without the server. prometheus-cpp's Exposer serves the text of its
// TextSerializer.
class ExposerText : public PrometheusCpp {
 public:
  static constexpr const char* kName = "layer_exposer";

  ExposerText() { served_.add(prometheus_collector(registry())); }

  using Reply = Exposition;
  void scrape(Reply& reply) const { expose(served_, {}, reply); }

 private:
  const Registry served_;
};

}  // namespace narthex::bench
