#pragma once

#include <span>

#include <narthex/sink.h>

namespace narthex::detail {

// What the numbers of a sample have to be, so that no server refuses it and no query goes wrong over it. The library's
// own metrics keep to that; what collectors hand over is checked. Each throws RegistrationError and quotes the culprit.

void check_values(const FamilyInfo& family, const CounterSample& sample);

// Bounds and indices rise, counts add up, and exemplars lie within their buckets. Of a gauge histogram, too.
void check_values(const FamilyInfo& family, const HistogramSample& sample);

// States have names, each its own.
void check_values(const FamilyInfo& family, std::span<const State> states);

// Quantiles are from 0 to 1, and rise.
void check_values(const FamilyInfo& family, const SummarySample& sample);

}  // namespace narthex::detail
