// Counts the lines of its standard input, and pushes the count once per second.
//
//   push_lines remote_write http://127.0.0.1:9090/api/v1/write
//   push_lines otlp http://127.0.0.1:4318

#include <chrono>
#include <cstdio>
#include <exception>
#include <optional>
#include <string>

#include <narthex/narthex.h>
#include <narthex/otlp_exporter.h>
#include <narthex/remote_write_exporter.h>

int main(int argc, char** argv) try {
  const std::string protocol = argc == 3 ? argv[1] : "";
  if (protocol != "remote_write" && protocol != "otlp") {
    std::fprintf(stderr, "usage: push_lines remote_write|otlp URL\n");
    return 2;
  }
  const std::string url = argv[2];
  const std::chrono::seconds second(1);
  narthex::Registry registry;
  registry.add(narthex::ProcessCollector());
  narthex::Counter lines = registry.counter({.name = "lines_read_total", .help = "Lines read from standard input."});

  std::optional<narthex::RemoteWriteExporter> remote_write;
  std::optional<narthex::OtlpExporter> otlp;
  if (protocol == "otlp") {
    otlp.emplace(registry, narthex::OtlpOptions{
                               .endpoint = url,
                               .resource = {{"service.name", "lines"}, {"service.instance.id", "laptop"}},
                               .interval = second,
                           });
  } else {
    remote_write.emplace(registry, narthex::RemoteWriteOptions{
                                       .url = url,
                                       .job = "lines",
                                       .instance = "laptop",
                                       .interval = second,
                                   });
  }
  for (int c = 0; (c = std::getchar()) != EOF;) {
    if (c == '\n') lines.inc();
  }
} catch (const std::exception& error) {
  std::fprintf(stderr, "push_lines: %s\n", error.what());
  return 1;
}
