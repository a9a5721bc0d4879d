#pragma once

#include "narthex_client.h"
#include "versus/limit.h"
#ifdef NARTHEX_BENCH_PROMETHEUS_CPP
#include "versus/prometheus_cpp_client.h"
#endif

namespace narthex::bench {

// Who takes part in a case. The limit takes part where it is known how to write one.
template <class... Clients>
struct ClientList {};

inline constexpr ClientList<Narthex> kNarthexAlone;

#ifdef NARTHEX_BENCH_PROMETHEUS_CPP
inline constexpr ClientList<Narthex, PrometheusCpp> kClients;
inline constexpr ClientList<Narthex, PrometheusCpp, Limit> kAll;
#else
inline constexpr ClientList<Narthex> kClients;
inline constexpr ClientList<Narthex, Limit> kAll;
#endif

// Where series that expire could differ.
template <class... Clients>
constexpr ClientList<Clients..., NarthexExpiring> and_expiring(ClientList<Clients...> /*clients*/) {
  return {};
}

}  // namespace narthex::bench
