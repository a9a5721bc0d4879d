#pragma once

#include "narthex_client.h"
#include "versus/atomic_gauge.h"
#include "versus/limit.h"
#ifdef NARTHEX_BENCH_PROMETHEUS_CPP
#include "versus/prometheus_cpp_client.h"
#endif

namespace narthex::bench {

// The clients of a case. The limit is a client only of the cases that have one. AtomicGauge is the limit of kGauges.
template <class... Clients>
struct ClientList {};

inline constexpr ClientList<Narthex> kNarthexAlone;

#ifdef NARTHEX_BENCH_PROMETHEUS_CPP
inline constexpr ClientList<Narthex, PrometheusCpp> kClients;
inline constexpr ClientList<Narthex, PrometheusCpp, Limit> kAll;
inline constexpr ClientList<Narthex, PrometheusCpp, AtomicGauge> kGauges;
#else
inline constexpr ClientList<Narthex> kClients;
inline constexpr ClientList<Narthex, Limit> kAll;
inline constexpr ClientList<Narthex, AtomicGauge> kGauges;
#endif

// The clients of cases in which series that expire could differ.
template <class... Clients>
constexpr ClientList<Clients..., NarthexExpiring> and_expiring(ClientList<Clients...> /*clients*/) {
  return {};
}

}  // namespace narthex::bench
