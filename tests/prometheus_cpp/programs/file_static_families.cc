// A user whose families and metrics are file-static variables, initialized before main() in several source files.

#include "file_static_families.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>
#include <prometheus/summary.h>

#include <iostream>
#include <string>

#include "canonical_text.h"

// A function makes the registry exist before the static variables of every source file.
std::shared_ptr<prometheus::Registry> program_registry() {
  static const auto registry = std::make_shared<prometheus::Registry>();
  return registry;
}

namespace {

auto& commands = prometheus::BuildCounter()
                     .Name("commands_total")
                     .Help("Commands by their name.")
                     .Labels({{"program", "editor"}})
                     .Register(*program_registry());
prometheus::Counter& opened = commands.Add({{"command", "open"}});
prometheus::Counter& closed = commands.Add({{"command", "close"}});

prometheus::Gauge& open_files =
    prometheus::BuildGauge().Name("open_files").Help("Open files.").Register(*program_registry()).Add({});

auto& line_lengths =
    prometheus::BuildSummary().Name("line_length").Help("Lengths of lines.").Register(*program_registry());
auto& line_length = line_lengths.Add({}, prometheus::Summary::Quantiles{});

// A class whose objects are static variables, and add series.
struct Extension {
  explicit Extension(const std::string& name) { command(commands, name).Increment(0); }
};
const Extension spelling("check_spelling");
const Extension formatter("format");

// Updates and prints metrics after the end of main(), when static variables are destroyed.
struct LastCommand {
  ~LastCommand() {
    closed.Increment();
    open_files.Decrement();
    std::cout << "-- after main()\n";
    print_families(program_registry()->Collect());
  }
};
const LastCommand last_command;

}  // namespace

int main() {
  std::cout << "-- before the first command\n";
  print_families(program_registry()->Collect());
  for (int i = 0; i < 5; ++i) {
    opened.Increment();
    open_files.Increment();
    line_length.Observe(10 * i);
  }
  for (int i = 0; i < 2; ++i) {
    closed.Increment();
    open_files.Decrement();
    save_file(1024 << i);
  }
  std::cout << "-- after the last command\n";
  print_families(program_registry()->Collect());
  std::cout << "name: " << commands.GetName() << '\n';
}
