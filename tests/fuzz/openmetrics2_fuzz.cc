// An exposition in OpenMetrics 2.0 follows the grammar of the standard, for any content of the registry.

#include <cstddef>
#include <cstdint>

#include <narthex/exposition.h>

#include "openmetrics2_lines.h"
#include "random_registry.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace narthex;
  fuzz::with_registry({data, size}, [](const Registry& registry) {
    const Exposition reply = expose(registry, {.accept = "application/openmetrics-text;version=2.0.0"});
    fuzz::OpenMetrics2Lines().read(reply.body);
  });
  return 0;
}
