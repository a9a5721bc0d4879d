// An exposition contains only lines that Prometheus accepts, for any content of the registry.

#include <cstddef>
#include <cstdint>

#include <narthex/exposition.h>

#include "random_registry.h"
#include "text_lines.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace narthex;
  fuzz::with_registry({data, size}, [](const Registry& registry) { fuzz::TextLines().read(to_text(registry)); });
  return 0;
}
