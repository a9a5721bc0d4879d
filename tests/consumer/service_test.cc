// A test of a user outside the tree, with no test framework at all.
#include <narthex/narthex.h>
#include <narthex/testing.h>

int main() {
  narthex::Registry registry;
  registry.counter({.name = "hits_total", .help = "Hits."}, {"code", "method"}).labels(200, "GET").inc(3);
  const bool is_counted = sample(registry, "hits_total", {{"method", "GET"}, {"code", "200"}}) == 3;
  return is_counted && narthex::lint(registry).empty() ? 0 : 1;
}
