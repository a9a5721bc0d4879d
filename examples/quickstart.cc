#include <cstdio>

#include <narthex/http_exporter.h>
#include <narthex/narthex.h>

int main() {
  narthex::Registry registry;
  narthex::Counter lines = registry.counter({.name = "lines_read_total", .help = "Lines read from standard input."});
  narthex::HttpExporter exporter(registry, {.listen = "127.0.0.1:9464"});
  for (int c = 0; (c = std::getchar()) != EOF;) {
    if (c == '\n') lines.inc();
  }
}
