#pragma once

/// narthex: a Prometheus client library for C++20 services.
///
/// Said once, for the whole library:
///   Threads: any thread may call anything, at once. Updates, lookups and scrapes may share one object; assigning to an
///            object, moving from it or destroying it while another thread uses that very object is a race, as for
///            every C++ value: copies are cheap, so give each thread its own.
///   Errors:  what is `noexcept` cannot fail; everything else throws RegistrationError (the program's definition is
///            wrong), std::system_error (the machine refused) or std::bad_alloc.
///   Signals: nothing here may be called from a signal handler.
///   Units:   base units, as Prometheus wants them: seconds, bytes, ratios from 0 to 1.

#include <narthex/any_family.h>
#include <narthex/buckets.h>
#include <narthex/cgroup_collector.h>
#include <narthex/collector.h>
#include <narthex/counter.h>
#include <narthex/emit.h>
#include <narthex/error.h>
#include <narthex/exception_counter.h>
#include <narthex/exemplar_labels.h>
#include <narthex/exemplar_options.h>
#include <narthex/exposition.h>
#include <narthex/family.h>
#include <narthex/gauge.h>
#include <narthex/histogram.h>
#include <narthex/http_metrics.h>
#include <narthex/in_flight.h>
#include <narthex/info.h>
#include <narthex/labels.h>
#include <narthex/library_collector.h>
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
