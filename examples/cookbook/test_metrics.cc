#include <cstdio>
#include <string>
#include <string_view>

#include <narthex/narthex.h>
#include <narthex/testing.h>

// The code under test takes its registry from the caller.
class Greeter {
 public:
  explicit Greeter(narthex::Registry& registry)
      : greetings_(registry.counter({.name = "greetings_total", .help = "Greetings, by language."}, {"language"})) {}
  void greet(std::string_view language) { greetings_.labels(language).inc(); }

 private:
  narthex::Family<narthex::Counter, 1> greetings_;
};

int main() {
  narthex::Registry registry;  // a new one for each test: everything starts at 0
  Greeter greeter(registry);
  greeter.greet("ko");
  greeter.greet("ko");

  const auto greetings = narthex::sample(registry, "greetings_total", {{"language", "ko"}});
  std::printf("greetings_total: %g\n", greetings.value_or(0));
  const auto missing = narthex::sample(registry, "greetings_total", {{"language", "de"}});
  std::printf("in German: %s\n", missing ? "yes" : "no such series");
  for (const std::string& problem : narthex::lint(registry)) std::puts(problem.c_str());
}
