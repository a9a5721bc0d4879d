#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <unistd.h>

#include <gtest/gtest.h>
#include <narthex/narthex.h>
#include <narthex/testing.h>

#include "support/contract.h"

namespace narthex {
namespace {

using Lines = std::vector<std::string>;

// A temporary file with this text.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& text) {
    std::ofstream file(path, std::ios::binary);
    file << text;
    if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() { std::filesystem::remove(path); }

  const std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("narthex_lint_test." + std::to_string(::getpid()));
};

// Returns the lines that promtool prints.
Lines run_promtool(const std::string& arguments) {
  std::FILE* pipe = ::popen((NARTHEX_PROMTOOL " " + arguments + " 2>&1").c_str(), "r");
  if (!pipe) throw std::runtime_error("cannot run promtool");
  Lines lines(1);
  for (int c = 0; (c = std::fgetc(pipe)) != EOF;) {
    if (c == '\n') {
      lines.emplace_back();
    } else {
      lines.back() += static_cast<char>(c);
    }
  }
  ::pclose(pipe);  // its status adds nothing to the printed lines
  lines.pop_back();
  return lines;
}

// Returns the lines that `promtool check metrics` prints for a text.
Lines promtool(const std::string& text) {
  const TemporaryFile input(text);
  return run_promtool("check metrics <'" + input.path.string() + "'");
}

// Whether promtool is older than 2.50. It then reports each type in a name, also if the family has another type, and
// does not report duplicate label sets. lint() does what later versions do.
bool is_old_promtool() {
  const Lines lines = run_promtool("--version");
  unsigned major = 0;
  unsigned minor = 0;
  if (lines.empty() || std::sscanf(lines[0].c_str(), "promtool, version %u.%u", &major, &minor) != 2) {
    throw std::runtime_error("cannot read the version of promtool");
  }
  return major < 2 || (major == 2 && minor < 50);
}

// Returns the lines that promtool prints where lint() returns `lines`: an old promtool also prints `old_lines`.
Lines in_promtool(Lines lines, const Lines& old_lines) {
  if (is_old_promtool()) lines.insert(lines.end(), old_lines.begin(), old_lines.end());
  std::sort(lines.begin(), lines.end());
  return lines;
}

// A registry with every problem that a definition may have.
Registry with_every_mistake() {
  Registry registry;
  const auto gauge = [&](const char* name) { registry.gauge({.name = name, .help = "Help."}); };
  for (const char* name : {"apiLatency_ms", "queue_milliseconds", "hits_total", "hits_bucket", "hits_count", "hits_sum",
                           "pool_gauge_size", "pool_counter", "job:queue_length", "cache_KB_used"}) {
    gauge(name);
  }
  registry.counter({.name = "a_milliseconds", .help = "Help."});
  registry.counter({.name = "b_summary_total", .help = "Help."});
  registry.histogram({.name = "c_gauge_histogram_minutes", .help = "Help."}, {"userId"}).labels(1).observe(1);
  registry.histogram({.name = "d_total", .help = "Help."}, {"quantile"}).labels("x");
  const auto labelled = registry.gauge({.name = "e", .help = "Help."}, {"le", "quantile", "httpCode", "jobName"});
  labelled.labels("1", "2", "3", "4");
  labelled.labels("1", "2", "3", "5");
  return registry;
}

const Lines& every_problem() {
  static const Lines lines{
      "a_milliseconds counter metrics should have \"_total\" suffix",
      "a_milliseconds use base unit \"seconds\" instead of \"milliseconds\"",
      "apiLatency_ms metric names should be written in 'snake_case' not 'camelCase'",
      "apiLatency_ms metric names should not contain abbreviated units",
      "c_gauge_histogram_minutes label names should be written in 'snake_case' not 'camelCase'",
      "c_gauge_histogram_minutes metric name should not include type 'histogram'",
      "c_gauge_histogram_minutes use base unit \"seconds\" instead of \"minutes\"",
      "cache_KB_used metric names should not contain abbreviated units",
      "d_total non-counter metrics should not have \"_total\" suffix",
      "d_total non-summary metrics should not have \"quantile\" label",
      "e label names should be written in 'snake_case' not 'camelCase'",  // two labels of two series
      "e label names should be written in 'snake_case' not 'camelCase'",
      "e label names should be written in 'snake_case' not 'camelCase'",
      "e label names should be written in 'snake_case' not 'camelCase'",
      "e non-histogram metrics should not have \"le\" label",
      "e non-histogram metrics should not have \"le\" label",
      "e non-summary metrics should not have \"quantile\" label",
      "e non-summary metrics should not have \"quantile\" label",
      "hits_bucket non-histogram metrics should not have \"_bucket\" suffix",
      "hits_count non-histogram and non-summary metrics should not have \"_count\" suffix",
      "hits_sum non-histogram and non-summary metrics should not have \"_sum\" suffix",
      "hits_total non-counter metrics should not have \"_total\" suffix",
      "job:queue_length metric names should not contain ':'",
      "pool_gauge_size metric name should not include type 'gauge'",
      "queue_milliseconds use base unit \"seconds\" instead of \"milliseconds\"",
  };
  return lines;
}

TEST(Lint, ReportsEveryProblemInARegistry) { EXPECT_EQ(lint(with_every_mistake()), every_problem()); }

TEST(Lint, EqualsPromtoolForARegistry) {
  EXPECT_EQ(
      promtool(to_text(with_every_mistake())),
      in_promtool(every_problem(), {"b_summary_total metric name should not include type 'summary'",
                                    "c_gauge_histogram_minutes metric name should not include type 'gauge'",
                                    "c_gauge_histogram_minutes metric name should not include type 'gauge_histogram'",
                                    "pool_counter metric name should not include type 'counter'"}));
}

TEST(Lint, ReportsNothingForARegistryWithoutProblems) {
  Registry registry;
  registry.counter({.name = "http_requests_total", .help = "Requests."}, {"code"}).labels(200);
  registry.gauge({.name = "discount_ratio", .help = "D."});
  registry.histogram({.name = "latency_seconds", .help = "L.", .unit = "seconds"}, {"a"}).labels("x").observe(0.5);
  EXPECT_EQ(lint(registry), Lines());
  EXPECT_EQ(promtool(to_text(registry)), Lines());
  EXPECT_EQ(lint(Registry()), Lines());
}

TEST(Lint, ReportsNothingForTwoScopes) {
  const Registry registry;
  for (const char* pool : {"orders", "users"}) {
    const Registry scope = registry.scoped({.prefix = "db_", .labels = {{"pool", pool}}});
    scope.counter({.name = "queries_total", .help = "Queries."});
    scope.gauge_function({.name = "idle_connections", .help = "Connections that wait."}, [] { return 3.0; }).keep();
  }
  EXPECT_EQ(lint(registry), Lines());
}

TEST(Lint, ReportsNothingForTheCollectorsOfTheLibrary) {
  Registry registry;
  registry.add(CgroupCollector());
  registry.add(LibraryCollector(registry));
  registry.add(ProcessCollector());
  registry.add(RuntimeCollector({.allocator = true}));
  const HttpMetrics metrics(registry, {.routes = {"/users/{id}"}});
  metrics.start("GET", "/users/1").finish(200, {.request = 1, .response = 2});
  EXPECT_EQ(lint(registry), Lines());
  EXPECT_EQ(promtool(to_text(registry)), Lines());
}

TEST(Lint, EqualsPromtoolForOtherTexts) {
  for (const char* text : {
           "# HELP a \n# TYPE a gauge\na 1\n# TYPE b gauge\nb 1\nc 1\n",
           "# HELP a A.\n# TYPE a gauge\n# HELP b_total B.\n# TYPE b_total gauge\n",
           "# HELP a_total A.\n# TYPE a_total untyped\na_total{le=\"1\",quantile=\"1\"} 1\n"
           "# HELP a_bucket A.\n# TYPE a_bucket untyped\na_bucket 1\n",
           "# HELP a_bytes A.\n# TYPE a_bytes summary\na_bytes{quantile=\"0.5\",fooBar=\"x\"} 1\n"
           "a_bytes{quantile=\"0.9\",fooBar=\"x\"} 1\na_bytes_sum{fooBar=\"x\"} 1\na_bytes_count{fooBar=\"x\"} 1\n"
           "a_bytes_sum{fooBar=\"y\",le=\"1\"} 1\na_bytes_count{fooBar=\"y\",le=\"1\"} 1\n",
           "# HELP a_count A.\n# TYPE a_count summary\na_count_sum 1\na_count_count 1\n"
           "# HELP b_bucket B.\n# TYPE b_bucket summary\nb_bucket_sum 1\nb_bucket_count 1\n",
           "# a comment\n# HELP a_ms_S_ns A.\n# TYPE a_ms_S_ns gauge\na_ms_S_ns 1 1000\n",
           "# HELP ms A.\n# TYPE ms gauge\nms 1\n# HELP gauge G.\n# TYPE gauge gauge\ngauge 1\n",
       }) {
    EXPECT_EQ(lint(text), promtool(text)) << text;
  }
}

TEST(Lint, ReportsOnlyTheOwnTypeOfAFamilyInItsName) {
  const std::string text =
      "# HELP a_gauge A.\n# TYPE a_gauge untyped\na_gauge 1\n# HELP b_gauge_histogram B.\n"
      "# TYPE b_gauge_histogram gauge\nb_gauge_histogram 1\n# HELP c_untyped C.\n# TYPE c_untyped untyped\nc_untyped "
      "1\n";
  const std::string problem = " metric name should not include type ";
  EXPECT_EQ(lint(text), Lines{"b_gauge_histogram" + problem + "'gauge'"});
  EXPECT_EQ(promtool(text), in_promtool(lint(text), {"a_gauge" + problem + "'gauge'",
                                                     "b_gauge_histogram" + problem + "'gauge_histogram'",
                                                     "b_gauge_histogram" + problem + "'histogram'"}));
}

// Exposition rule 224.
TEST(Lint, ReportsMissingHelpCamelCaseAndAbbreviatedUnits) {
  EXPECT_EQ(lint("# TYPE apiLatency_ms gauge\napiLatency_ms 1\n"),
            (Lines{"apiLatency_ms metric names should be written in 'snake_case' not 'camelCase'",
                   "apiLatency_ms metric names should not contain abbreviated units", "apiLatency_ms no help text"}));
}

// Exposition rule 225.
TEST(Lint, ReportsACounterWithoutTotalSuffixAndBaseUnit) {
  Registry registry;
  registry.counter({.name = "a_milliseconds", .help = "A."});
  EXPECT_EQ(lint(registry), (Lines{"a_milliseconds counter metrics should have \"_total\" suffix",
                                   "a_milliseconds use base unit \"seconds\" instead of \"milliseconds\""}));
}

TEST(Lint, ChecksTheSameUnitsAsPromtool) {
  std::string text;
  for (const std::string word :
       {"amperes", "bits",         "bytes",   "calories", "celsius", "days",   "fahrenheit", "feet",
        "grams",   "hertz",        "hours",   "inches",   "joules",  "kelvin", "kelvins",    "meters",
        "metres",  "miles",        "minutes", "months",   "ounces",  "pounds", "ratio",      "rankine",
        "seconds", "thermometers", "volts",   "watts",    "weeks",   "yards"}) {
    for (const std::string prefix :
         {"",     "pico", "nano", "micro", "milli", "centi", "deci", "deca", "hecto", "kilo", "kibi",
          "mega", "mebi", "mibi", "giga",  "gibi",  "tera",  "tebi", "peta", "pebi",  "exa",  "femto"}) {
      const std::string name = "x_" + prefix + word;
      text += "# HELP " + name + " X.\n# TYPE " + name + " gauge\n" + name + " 1\n";
    }
  }
  for (const std::string word : {"s",  "ms", "us", "ns", "sec", "secs", "min", "b", "kb", "kib", "mb", "gb",
                                 "tb", "pb", "eb", "m",  "h",   "hr",   "d",   "w", "g",  "k",   "l"}) {
    for (const std::string& name : {"x_" + word, "x_" + word + "_y", word + "_y"}) {
      text += "# HELP " + name + " X.\n# TYPE " + name + " gauge\n" + name + " 1\n";
    }
  }
  const Lines problems = lint(text);
  EXPECT_EQ(problems, promtool(text));
  EXPECT_GT(problems.size(), 400U);
}

TEST(Lint, ReportsDuplicateLabelSets) {
  const std::string text = "# HELP a A.\n# TYPE a gauge\na{b=\"1\"} 1\na{b=\"1\"} 2\na{b=\"2\"} 2\n";
  EXPECT_EQ(lint(text), Lines{"a metric not unique"});
  EXPECT_EQ(promtool(text), is_old_promtool() ? Lines() : lint(text));
}

// promtool compares the labels in the order of the text.
TEST(Lint, ReportsDuplicateLabelSetsInAnyOrder) {
  EXPECT_EQ(lint("# HELP a A.\n# TYPE a gauge\na{b=\"1\",c=\"2\"} 1\na{b=\"1\"} 1\na{c=\"2\",b=\"1\"} 2\n"),
            Lines{"a metric not unique"});
  EXPECT_EQ(lint("# HELP a A.\n# TYPE a histogram\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 1\n"
                 "a_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 1\n"),
            Lines{"a metric not unique"});
}

// promtool does not check this, because Prometheus accepts it. The parser of client_python rejects it.
TEST(Lint, ReportsWhatStrictOpenMetricsParsersReject) {
  Registry registry;
  const auto drift = registry.histogram({.name = "drift_meters", .help = "D.", .buckets = {-1, 0}}, {"axis"});
  drift.labels("x").observe(-2);
  drift.labels("y").observe(2);
  registry.histogram({.name = "loss_ratio", .help = "L.", .buckets = {0, 1}}).observe(-0.5);
  registry.histogram({.name = "nan_ratio", .help = "N.", .native = {}}).observe(std::nan(""));
  const auto offset = registry.summary({.name = "offset_seconds", .help = "O.", .quantiles = {0.1, 0.5, 0.9}});
  for (const double value : {-2, -1, 4}) offset.observe(value);
  registry.summary({.name = "slack_seconds", .help = "S."}).observe(-1);
  registry.summary(
      {.name = "idle_seconds", .help = "I.", .quantiles = {0.5}});  // its quantile is NaN, which is allowed
  registry.gauge({.name = "balance_ratio", .help = "B."}).set(-1);
  const std::string because = ", because strict OpenMetrics parsers reject the scrape";
  const std::string bounds = "drift_meters histograms should not have a negative \"le\" label" + because;
  const std::string sums = " sums should not be negative or NaN" + because;
  const std::string quantiles = "offset_seconds quantiles should not be negative" + because;
  EXPECT_EQ(lint(registry), (Lines{bounds, bounds, "drift_meters" + sums, "loss_ratio" + sums, "nan_ratio" + sums,
                                   quantiles, quantiles, "slack_seconds" + sums}));
  EXPECT_EQ(promtool(to_text(registry)), Lines());
}

// -0 is not negative. Samples of the same names are ordinary in families of other types.
TEST(Lint, AcceptsWhatStrictOpenMetricsParsersAccept) {
  EXPECT_EQ(lint("# HELP a A.\n# TYPE a summary\na{quantile=\"0.5\"} -0\na_sum -0\na_count 1\n"
                 "# HELP b B.\n# TYPE b histogram\nb_bucket{le=\"-0\"} 1\nb_bucket{le=\"+Inf\"} 1\nb_sum 0\nb_count 1\n"
                 "# HELP c C.\n# TYPE c untyped\nc{le=\"-1\",quantile=\"0.5\"} -1\n"
                 "# HELP d_sum D.\n# TYPE d_sum untyped\nd_sum NaN\n"),
            Lines());
}

TEST(Lint, ReadsNulInValuesAndNotInNames) {
  const std::string sound("# HELP a A\0.\n# TYPE a gauge\na{b=\"\0\"} 1\n", 39);
  EXPECT_EQ(lint(sound), Lines());
  EXPECT_EQ(promtool(sound), Lines());
  for (const std::string_view text : {std::string_view("a\0b 1\n", 6), std::string_view("a{x\0y=\"1\"} 1\n", 13)}) {
    expect_throws<SampleError>("lint()", [text] { static_cast<void>(lint(text)); });
  }
}

TEST(Lint, RejectsTextThatIsNotInTheTextFormat) {
  expect_throws<SampleError>("lint()", [] { static_cast<void>(lint("<html>")); });
  try {
    static_cast<void>(lint("a 1\n<html>\n"));
    ADD_FAILURE() << "nothing was thrown";
  } catch (const SampleError& error) {
    EXPECT_STREQ(error.what(), "line '<html>': it is not in the text format 0.0.4");
  }
}

}  // namespace
}  // namespace narthex
