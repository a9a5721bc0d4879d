#pragma once

#include <optional>
#include <string>

#include <benchmark/benchmark.h>

#include "clients.h"

namespace narthex::bench {

// Registers one measurement for every client of a list when the program starts: `<name>/narthex`,
// `<name>/prometheus_cpp`, `<name>/limit`. The measurement is a generic callable (benchmark::State&, Client&), written
// once, so that all clients do the same work in the same loop. Every run starts with an empty client, which all threads
// of the run share.
class Case {
 public:
  using Settings = void (*)(benchmark::internal::Benchmark*);

  template <class... Clients, class Measurement>
  Case(const std::string& name, ClientList<Clients...> /*clients*/, [[maybe_unused]] Settings settings,
       [[maybe_unused]] Measurement measure) {  // unused if there are no clients
    (add<Clients>(name, settings, measure), ...);
  }

 private:
  template <class Client, class Measurement>
  static void add(const std::string& name, Settings settings, Measurement measure) {
    static std::optional<Client> client;
    benchmark::RegisterBenchmark((name + '/' + Client::kName).c_str(),
                                 [measure](benchmark::State& state) { measure(state, *client); })
        ->Setup([](const benchmark::State&) { client.emplace(); })
        ->Teardown([](const benchmark::State&) { client.reset(); })
        ->Apply(settings);
  }
};

}  // namespace narthex::bench
