// A job that ends before Prometheus could scrape it. It counts the lines of its standard input and pushes its metrics.
//
//   batch_job http://127.0.0.1:9091     pushes to a Pushgateway
//   batch_job /some/where/lines.prom    writes a file for the textfile collector of node_exporter
//   batch_job --forget http://127.0.0.1:9091     deletes the metrics of the last run from the Pushgateway

#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include <narthex/narthex.h>
#include <narthex/pushgateway_exporter.h>
#include <narthex/textfile.h>

namespace {

narthex::PushgatewayExporter pushgateway(const narthex::Registry& registry, const std::string& url) {
  return {registry, {.url = url, .job = "count lines"}};
}

void hand_over(const narthex::Registry& registry, const std::string& where) {
  if (where.starts_with("http")) {
    pushgateway(registry, where).push();
  } else {
    narthex::write_textfile(registry, where);
  }
}

void count_lines(const narthex::Registry& registry) {
  const narthex::Gauge lines = registry.gauge({.name = "job_lines", .help = "Lines that the last run has read."});
  const narthex::Gauge seconds =
      registry.gauge({.name = "job_duration_seconds", .help = "How long the last run took.", .unit = "seconds"});
  const narthex::Gauge ended =
      registry.gauge({.name = "job_last_success_timestamp_seconds", .help = "When the last run ended well."});
  seconds.time([&lines] {
    for (int c = 0; (c = std::getchar()) != EOF;) {
      if (c == '\n') lines.inc();
    }
  });
  ended.set_to_current_time();
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  const bool forgets = words.size() == 2 && words.front() == "--forget";
  if (words.size() != 1 && !forgets) {
    std::fprintf(stderr, "usage: batch_job http://host:9091 | file.prom | --forget http://host:9091\n");
    return 2;
  }
  const narthex::Registry registry;
  try {
    if (forgets) {
      pushgateway(registry, words.back()).remove();
    } else {
      count_lines(registry);
      hand_over(registry, words.front());
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "batch_job: %s\n", error.what());
    return 1;
  }
}
