// A plugin for programs that link narthex and for programs that do not.

#include <narthex/narthex.h>

#include "support/threads.h"

// For a program that links narthex: updates its metrics on the calling thread and on four others.
extern "C" void update(narthex::Registry& registry, int times) {
  const narthex::Counter counter = registry.counter({.name = "hits_total", .help = "Hits."});
  const auto family = registry.histogram({.name = "work", .help = "Work.", .buckets = {1, 2}}, {"thread"});
  const auto work = [&](int thread) {
    for (int i = 0; i < times; ++i) {
      counter.inc();
      family.labels(thread).observe(1);
    }
  };
  narthex::on_threads(4, work);
  work(4);
}

// For a program that does not link narthex.
extern "C" void hit(int times) {
  const narthex::Counter counter = narthex::Registry::global().counter({.name = "hits_total", .help = "Hits."});
  for (int i = 0; i < times; ++i) counter.inc();
}

extern "C" double hits() {
  return narthex::Registry::global().counter({.name = "hits_total", .help = "Hits."}).value();
}
