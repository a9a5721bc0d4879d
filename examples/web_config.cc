// Serves a counter with a web configuration file (TLS, passwords): web_config <address:port> <file>
#include <cstdio>
#include <exception>

#include <narthex/http_exporter.h>
#include <narthex/narthex.h>

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: web_config <address:port> <file>\n");
    return 2;
  }
  try {
    narthex::Registry registry;
    narthex::Counter lines = registry.counter({.name = "lines_read_total", .help = "Lines read from standard input."});
    narthex::HttpExporter exporter(registry, {.listen = argv[1], .web_config_file = argv[2]});
    std::printf("listening on %s\n", exporter.addresses().front().c_str());
    std::fflush(stdout);
    for (int c = 0; (c = std::getchar()) != EOF;) {
      if (c == '\n') lines.inc();
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
