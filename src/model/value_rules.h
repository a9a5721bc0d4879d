#pragma once

#include <span>

#include <narthex/sink.h>

namespace narthex::detail {

// The rules for the numbers of a sample. Servers reject samples that break them, or queries give wrong results. The
// metrics of the library always follow the rules; samples of collectors are checked. Each function throws SampleError.

void check_values(const FamilyInfo& family, const CounterSample& sample);

// Bounds and indices increase, counts add up, and each exemplar is within its bucket. Also for gauge histograms.
void check_values(const FamilyInfo& family, const HistogramSample& sample);

// The names of states are not empty and unique.
void check_values(const FamilyInfo& family, std::span<const State> states);

// Quantiles are from 0 to 1 and increase.
void check_values(const FamilyInfo& family, const SummarySample& sample);

}  // namespace narthex::detail
