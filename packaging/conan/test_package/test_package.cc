#include <narthex/narthex.h>
#include <narthex/testing.h>

int main() {
  narthex::Registry registry;
  registry.counter({.name = "hits_total", .help = "Hits."}).inc();
  return sample(registry, "hits_total", {}) == 1 && narthex::lint(registry).empty() ? 0 : 1;
}
