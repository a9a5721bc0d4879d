#pragma once

#include "narthex_client.h"
#include "versus/atomic_gauge.h"
#include "versus/limit.h"
#ifdef NARTHEX_BENCH_PROMETHEUS_CPP
#include "versus/prometheus_cpp_client.h"
#endif
#ifdef NARTHEX_BENCH_LAYER
#include "versus/exposer_client.h"
#endif

namespace narthex::bench {

// The clients of a case.
template <class... Clients>
struct ClientList {};

template <class... First, class... Second>
constexpr ClientList<First..., Second...> operator+(ClientList<First...> /*first*/, ClientList<Second...> /*second*/) {
  return {};
}

#ifdef NARTHEX_BENCH_PROMETHEUS_CPP
inline constexpr ClientList<PrometheusCpp> kPrometheusCpp;
#else
inline constexpr ClientList<> kPrometheusCpp;
#endif

// A program with the layer measures only the layer. The other clients are measured in the program with prometheus-cpp.
#ifdef NARTHEX_BENCH_LAYER
template <class... Clients>
using Others = ClientList<>;
inline constexpr ClientList<ExposerText> kExposerText;
#else
template <class... Clients>
using Others = ClientList<Clients...>;
inline constexpr ClientList<> kExposerText;
#endif

// The limit is a client only of the cases that have one. AtomicGauge is the limit of kGauges.
inline constexpr Others<Narthex> kNarthexAlone;
inline constexpr Others<Narthex, Limit> kWithLimit;
inline constexpr auto kClients = kNarthexAlone + kPrometheusCpp;
inline constexpr auto kAll = kClients + Others<Limit>();
inline constexpr auto kGauges = kClients + Others<AtomicGauge>();
inline constexpr auto kTexts = kAll + kExposerText;

// The clients of cases in which series that expire could differ.
inline constexpr auto kAllAndExpiring = kAll + Others<NarthexExpiring>();

}  // namespace narthex::bench
