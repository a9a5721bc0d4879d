// The second source file of file_static_families.cc. It uses the counter of the other file through the registry.

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include "file_static_families.h"

namespace {

// Returns the family of the other source file: the same name and constant labels.
auto& commands = prometheus::BuildCounter()
                     .Name("commands_total")
                     .Help("Commands by their name.")
                     .Labels({{"program", "editor"}})
                     .Register(*program_registry());
prometheus::Counter& saved = commands.Add({{"command", "save"}});

prometheus::Histogram& sizes = prometheus::BuildHistogram()
                                   .Name("saved_bytes")
                                   .Help("Sizes of saved files.")
                                   .Register(*program_registry())
                                   .Add({}, prometheus::Histogram::BucketBoundaries{1024, 65536});

}  // namespace

prometheus::Counter& command(prometheus::Family<prometheus::Counter>& commands, const std::string& name) {
  return commands.Add({{"command", name}});
}

void save_file(double bytes) {
  saved.Increment();
  sizes.Observe(bytes);
}
