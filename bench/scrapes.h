#pragma once

#include <cstdint>

#include <benchmark/benchmark.h>

#include "stopwatch.h"

namespace narthex::bench {

// Repeated scrapes. Every series changes in between, untimed. One thread, because a scrape is the work of one thread.
// Reports samples per second.
template <class Series, class Scrape>
void scrapes(benchmark::State& state, Series& series, Scrape scrape) {
  for (auto _ : state) {
    series.change();
    state.SetIterationTime(seconds_of(scrape));
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(series.samples()));
}

}  // namespace narthex::bench
