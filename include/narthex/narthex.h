#pragma once

/// \file
/// narthex: a Prometheus client library for C++20 services. This header includes all headers of the library
/// narthex::narthex.
///
/// These rules hold for the whole library, unless a type documents something else:
///
/// Thread safety: all members of all types may be called concurrently, also on the same object. A data race occurs only
///   if a thread assigns to an object, moves from it, or destroys it while another thread uses the same object. Copies
///   of handles are cheap: give each thread its own copy.
/// Exceptions: a `noexcept` function does not throw. Every other function may throw std::bad_alloc. All exceptions that
///   narthex defines derive from narthex::Error; <narthex/error.h> lists them.
/// Signals: no function may be called from a signal handler.
/// Units: base units, as Prometheus recommends: seconds, bytes, ratios from 0 to 1.

#include <narthex/any_family.h>
#include <narthex/buckets.h>
#include <narthex/cgroup_collector.h>
#include <narthex/closed_label.h>
#include <narthex/collector.h>
#include <narthex/counter.h>
#include <narthex/emit.h>
#include <narthex/enum_family.h>
#include <narthex/error.h>
#include <narthex/exception_counter.h>
#include <narthex/exemplar_labels.h>
#include <narthex/exemplar_options.h>
#include <narthex/exposition.h>
#include <narthex/family.h>
#include <narthex/gauge.h>
#include <narthex/gauge_histogram.h>
#include <narthex/histogram.h>
#include <narthex/http_metrics.h>
#include <narthex/in_flight.h>
#include <narthex/info.h>
#include <narthex/labels.h>
#include <narthex/library_collector.h>
#include <narthex/observation_count.h>
#include <narthex/process_collector.h>
#include <narthex/registration.h>
#include <narthex/registry.h>
#include <narthex/registry_options.h>
#include <narthex/runtime_collector.h>
#include <narthex/sink.h>
#include <narthex/state_set.h>
#include <narthex/summary.h>
#include <narthex/timer.h>
#include <narthex/unknown.h>
#include <narthex/version.h>
