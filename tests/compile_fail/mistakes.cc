#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <narthex/civetweb_exporter.h>
#include <narthex/http_exporter.h>
#include <narthex/narthex.h>
#include <narthex/pushgateway_exporter.h>

enum class Shape { round };
enum class Method { get, put };
std::string_view to_string(Method method) { return method == Method::get ? "GET" : "PUT"; }

void use(narthex::Registry registry, narthex::Family<narthex::Counter, 2> requests, narthex::Counter counter,
         [[maybe_unused]] narthex::Gauge gauge, narthex::Histogram histogram, const std::string& trace,
         [[maybe_unused]] narthex::DynamicFamily<narthex::Counter> dynamic,
         narthex::EnumFamily<narthex::Counter, Method, std::size_t> closed,
         [[maybe_unused]] const std::vector<std::string>& names) {
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
#elif defined NUMBER_OF_OBSERVATIONS_IS_NEGATIVE
  histogram.observe(1, -1);
#elif defined NUMBER_OF_OBSERVATIONS_IS_A_FRACTION
  histogram.observe(1, 1.5);
#elif defined NUMBER_OF_OBSERVATIONS_MAY_BE_NEGATIVE
  histogram.observe(1, std::stoi(trace));
#elif defined NUMBER_OF_OBSERVATIONS_IS_A_BOOL
  histogram.observe(1, true);
#elif defined EXEMPLAR_IS_ONE_LABEL
  counter.inc(1, {"trace_id", trace});
#elif defined EXEMPLAR_VALUE_IS_NUMBER
  counter.inc(1, {{"trace_id", 7}});
#elif defined EXEMPLAR_OF_GAUGE
  gauge.inc(1, {{"trace_id", trace}});  // Exposition rule 77
#elif defined VALUES_IN_BRACES
  requests.labels({"GET", "200"});
#elif defined VALUES_WITH_NAMES
  requests.labels({{"method", "GET"}, {"code", "200"}});
#elif defined FIND_WITH_NAMES
  if (requests.find({{"method", "GET"}, {"code", "200"}})) return;
#elif defined REMOVE_WITH_NAMES
  requests.remove({{"method", "GET"}});
#elif defined DYNAMIC_VALUES_WITH_NAMES
  dynamic.labels({{"method", "GET"}});
#elif defined DYNAMIC_FIND_WITH_NAMES
  if (dynamic.find({{"method", "GET"}})) return;
#elif defined DYNAMIC_REMOVE_WITH_NAMES
  dynamic.remove({{"method", "GET"}, {"code", "200"}});
#elif defined EMIT_DOUBLE
  registry.gauge_function({.name = "b", .help = "B."}, {"x"}, [](const auto& emit) { emit(1, 0.5); }).keep();
#elif defined EMIT_WITH_NAMES
  registry.gauge_function({.name = "b", .help = "B."}, {"x"}, [](const auto& e) { e(1, {{"x", "y"}}); }).keep();
#elif defined LABEL_NAMES_ARE_A_LITERAL
  registry.counter({.name = "a", .help = "A."}, "method");
#elif defined LABEL_NAMES_ARE_A_STRING
  registry.histogram({.name = "a", .help = "A."}, trace);
#elif defined LABEL_NAMES_ARE_A_STRING_VIEW
  registry.summary({.name = "a", .help = "A."}, std::string_view("method"));
#elif defined LABEL_NAMES_ARE_NUMBERS
  registry.gauge({.name = "a", .help = "A."}, {1, 2});
#elif defined LABEL_NAMES_ARE_AN_ARRAY_OF_NUMBERS
  registry.info({.name = "a_info", .help = "A."}, std::array{1, 2});
#elif defined LABEL_NAMES_HAVE_VALUES
  registry.unknown({.name = "a", .help = "A."}, {{"method", "GET"}});
#elif defined LABEL_NAMES_OF_A_FUNCTION_ARE_DYNAMIC
  registry.gauge_function({.name = "b", .help = "B."}, names, [](const auto& emit) { emit(1, "x"); }).keep();
#elif defined LABEL_NAMES_OF_A_FUNCTION_ARE_A_STRING
  registry.counter_function({.name = "b", .help = "B."}, trace, [](const auto& e) { e(1, "x"); }).keep();
#elif defined OPTION_IS_MISSPELT
  registry.counter({.name = "a", .hlep = "A."});
#elif defined OPTION_IS_MISSPELT_BEFORE_LABEL_NAMES
  registry.counter({.name = "a", .hlep = "A."}, {"method"});
#elif defined OPTION_HAS_ANOTHER_TYPE
  registry.histogram({.name = "a", .help = "A.", .buckets = 5});
#elif defined OPTION_OF_NAMED_TYPE_IS_MISSPELT
  registry.counter(narthex::CounterOptions{.name = "a", .hlep = "A."}, {"method"});
#elif defined OPTION_OF_NAMED_TYPE_HAS_ANOTHER_TYPE
  registry.gauge(narthex::GaugeOptions{.name = "a", .help = "A.", .idle_timeout = 5});
#elif defined CIVETWEB_EXPORTER_IS_IGNORED
  narthex::CivetwebExporter(registry, {.listen = "127.0.0.1:9464"});
#elif defined PUSHGATEWAY_EXPORTER_IS_IGNORED
  narthex::PushgatewayExporter(registry, {.job = "a"});
#elif defined HTTP_EXPORTER_IS_IGNORED
  narthex::HttpExporter(registry, {.listen = "127.0.0.1:9464"});
#elif defined HTTP_METRICS_ARE_IGNORED
  narthex::HttpMetrics(registry, {.prefix = "a"});
#elif defined HTTP_REQUEST_IS_IGNORED
  narthex::HttpMetrics(registry).start("GET", "/");
#elif defined TIMER_WITHOUT_NAME
  if (true) narthex::Timer{histogram};
#elif defined EXCEPTION_COUNTER_WITHOUT_NAME
  if (true) narthex::ExceptionCounter{counter};
#elif defined KEY_IS_ANOTHER_ENUM
  closed.at(Shape::round, 0).inc();
#elif defined KEY_IS_A_NUMBER
  closed.at(0, 0).inc();
#elif defined KEY_IS_A_TEXT
  closed.at(Method::get, "a").inc();
#elif defined TOO_FEW_KEYS
  closed.at(Method::get).inc();
#elif defined TOO_MANY_KEYS
  closed.at(Method::get, 0, 0).inc();
#elif defined REMOVE_ANOTHER_ENUM
  closed.remove(Shape::round, 0);
#elif defined ENUM_LABEL_WITHOUT_TO_STRING
  registry.counter({.name = "a", .help = "A."}, narthex::enum_label<Shape, 1>("shape"));
#elif defined ENUM_LABEL_WITHOUT_ENUMERATORS
  registry.counter({.name = "a", .help = "A."}, narthex::enum_label<Method, 0>("method"));
#elif defined ENUM_LABEL_OF_NUMBERS
  registry.counter({.name = "a", .help = "A."}, narthex::enum_label<int, 2>("method"));
#elif defined TEXT_LABEL_WITHOUT_TEXTS
  registry.counter({.name = "a", .help = "A."}, narthex::text_label<>("method"));
#elif defined CLOSED_LABEL_WITH_LABEL_NAME
  registry.counter({.name = "a", .help = "A."}, narthex::enum_label<Method, 2>("method"), "code");
#elif defined FAMILY_OF_OTHER_KEYS
  closed = registry.counter({.name = "a", .help = "A."}, narthex::enum_label<Method, 2>("method"));
#endif
  closed.at(Method::get, 0).inc();
  requests.labels("GET", 200).inc();
  registry.counter({.name = "a", .help = "A."}, {"name"}).labels(true).inc();
  registry.gauge_function({.name = "b", .help = "B."}, {"x", "y"}, [](const auto& emit) { emit(1, "x", 2); }).keep();
  narthex::StateSet().set("idle", !trace.empty());
  counter.inc();
  counter.inc(1, {{"trace_id", trace}});
  histogram.observe(1, {{"trace_id", trace}, {"span_id", "7"}});
  histogram.observe(1, 10);
  histogram.observe(1, trace.size());
}
