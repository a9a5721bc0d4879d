#include <optional>
#include <string>

#include <narthex/narthex.h>

enum class Shape { round };

void use(narthex::Registry registry, narthex::Family<narthex::Counter, 2> requests, narthex::Counter counter,
         [[maybe_unused]] narthex::Gauge gauge, narthex::Histogram histogram, const std::string& trace) {
#ifdef TOO_FEW_VALUES
  requests.labels("GET");
#elif defined TOO_MANY_VALUES
  requests.labels("GET", 200, "more");
#elif defined VALUE_IS_DOUBLE
  requests.labels("GET", 0.5);
#elif defined VALUE_IS_CHARACTER
  requests.labels("GET", 'a');
#elif defined VALUE_IS_NULLPTR
  requests.labels("GET", nullptr);
#elif defined VALUE_IS_ENUM_WITHOUT_TO_STRING
  requests.labels("GET", Shape::round);
#elif defined VALUE_IS_OPTIONAL
  requests.labels("GET", std::optional<std::string>("a"));
#elif defined REMOVE_TOO_FEW_VALUES
  requests.remove("GET");
#elif defined NO_LABEL_NAMES
  registry.counter({.name = "a", .help = "A."}, {});
#elif defined COUNTER_GOES_DOWN
  counter.dec();
#elif defined IN_FLIGHT_WITHOUT_NAME
  if (true) narthex::InFlight(gauge);
#elif defined TIMER_OF_COUNTER
  narthex::Timer timer(counter);
#elif defined EMIT_TOO_FEW_VALUES
  registry.gauge_function({.name = "b", .help = "B."}, {"x", "y"}, [](const auto& emit) { emit(1, "x"); }).keep();
#elif defined ADD_RETURNS_NOTHING
  const narthex::Registration kept = registry.add(narthex::ProcessCollector());
#elif defined REGISTRATION_IS_IGNORED
  registry.add_scoped(narthex::ProcessCollector());
#elif defined FIND_IS_IGNORED
  requests.find("GET", 200);
#elif defined FAMILY_OF_ANOTHER_KIND
  static_cast<narthex::AnyFamily&>(requests) = requests;
#elif defined COLLECTOR_IS_NOT_A_COLLECTOR
  registry.add(std::string("process"));
#elif defined INFO_IS_SET
  registry.info({.name = "a_info", .help = "A."}).set(1);
#elif defined STATE_IS_NUMBER
  narthex::StateSet().set(1);
#elif defined STATE_IS_SET_TO_TEXT
  narthex::StateSet().set("idle", "running");
#elif defined STATE_IS_SET_TO_NUMBER
  narthex::StateSet().set("idle", 1);
#elif defined STATE_IS_SET_TO_POINTER
  narthex::StateSet().set("idle", &trace);
#elif defined EXEMPLAR_WITHOUT_AMOUNT
  counter.inc({{"trace_id", trace}});
#elif defined EXEMPLAR_WITHOUT_VALUE
  histogram.observe({{"trace_id", trace}});
#elif defined EXEMPLAR_IS_ONE_LABEL
  counter.inc(1, {"trace_id", trace});
#elif defined EXEMPLAR_VALUE_IS_NUMBER
  counter.inc(1, {{"trace_id", 7}});
#elif defined EXEMPLAR_OF_GAUGE
  gauge.inc(1, {{"trace_id", trace}});  // Exposition rule 77
#endif
  requests.labels("GET", 200).inc();
  registry.counter({.name = "a", .help = "A."}, {"name"}).labels(true).inc();
  registry.gauge_function({.name = "b", .help = "B."}, {"x", "y"}, [](const auto& emit) { emit(1, "x", 2); }).keep();
  narthex::StateSet().set("idle", !trace.empty());
  counter.inc();
  counter.inc(1, {{"trace_id", trace}});
  histogram.observe(1, {{"trace_id", trace}, {"span_id", "7"}});
}
