// Which calls throw, and what.

#include <cstdio>
#include <string>
#include <vector>

#include <narthex/narthex.h>

int main() {
  narthex::Registry registry;

  try {
    registry.gauge({.name = "queue depth", .help = "Jobs that wait."});
  } catch (const narthex::RegistrationError&) {  // a definition
    std::printf("RegistrationError\n");          // error.what() quotes the culprit and says what is allowed
  }

  const auto weights =
      registry.gauge({.name = "weight", .help = "Weight of a tenant."}, std::vector<std::string>{"tenant"});
  try {
    weights.labels({"acme", "b"});
  } catch (const narthex::LabelError&) {  // a lookup, or a set of labels
    std::printf("LabelError\n");
  }

  try {
    const narthex::HttpMetrics metrics(registry, {.routes = {"users"}});
  } catch (const narthex::OptionsError&) {  // the options of HttpMetrics or of an exporter
    std::printf("OptionsError\n");
  }

  try {
    weights.labels({"acme", "b", "c"});
  } catch (const narthex::Error&) {  // the base of all of them
    std::printf("Error\n");
  }
}
