#include <narthex/http_exporter.h>

#include "../narthex_client.h"
#include "serve.h"

int main(int argc, char** argv) {
  return narthex::bench::serve<narthex::bench::Narthex>(argc, argv, [](const auto& client, const auto& options) {
    return narthex::HttpExporter(client.registry(),
                                 {.listen = options.listen, .web_config_file = options.web_config_file});
  });
}
