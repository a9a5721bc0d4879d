#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <narthex/narthex.h>

#include "support/golden.h"

namespace narthex {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

struct Mistake {
  const char* what;
  std::function<void(Registry&)> make;
};

const std::vector<Mistake>& mistakes() {
  static const std::vector<Mistake> all{
      {"name with a space", [](Registry& r) { r.gauge({.name = "queue depth", .help = "Q."}); }},
      {"name that is empty", [](Registry& r) { r.counter({.help = "C."}); }},
      {"name that starts with a digit", [](Registry& r) { r.counter({.name = "9lives_total", .help = "C."}); }},
      {"name that is not ASCII", [](Registry& r) { r.gauge({.name = "temp\u00e9rature", .help = "T."}); }},
      {"name that is not UTF-8", [](Registry& r) { r.gauge({.name = "temp\xff", .help = "T."}); }},
      {"name with a line feed", [](Registry& r) { r.gauge({.name = "a\nb 1", .help = "T."}); }},
      {"name with a dot", [](Registry& r) { r.gauge({.name = "disk.io", .help = "D."}); }},
      {"help missing", [](Registry& r) { r.counter({.name = "jobs_total"}); }},
      {"help not UTF-8", [](Registry& r) { r.counter({.name = "jobs_total", .help = "J\xff"}); }},
      {"unit not in the name of a gauge",
       [](Registry& r) { r.gauge({.name = "queue", .help = "Q.", .unit = "bytes"}); }},
      {"unit not in the name of a counter",
       [](Registry& r) { r.counter({.name = "cpu_total", .help = "C.", .unit = "seconds"}); }},
      {"info without its suffix", [](Registry& r) { r.info({.name = "build", .help = "B."}); }},
      {"info that is only its suffix", [](Registry& r) { r.info({.name = "_info", .help = "B."}); }},
      {"state set without states", [](Registry& r) { r.state_set({.name = "mode", .help = "M."}); }},
      {"state set with a state twice",
       [](Registry& r) {
         r.state_set({.name = "mode", .help = "M.", .states = {"on", "off", "on"}});
       }},
      {"state set with a state without a name",
       [](Registry& r) {
         r.state_set({.name = "mode", .help = "M.", .states = {"on", ""}});
       }},
      {"state set with a state that is not UTF-8",
       [](Registry& r) { r.state_set({.name = "mode", .help = "M.", .states = {"on\xff"}}); }},
      {"state set with more states than a word has bits",
       [](Registry& r) { r.state_set({.name = "mode", .help = "M.", .states = std::vector<std::string>(65, "on")}); }},
      {"state set whose name is not a label name",
       [](Registry& r) { r.state_set({.name = "job:mode", .help = "M.", .states = {"on"}}); }},
      {"state set with a label of its own name",
       [](Registry& r) {
         r.state_set({.name = "mode", .help = "M.", .states = {"on"}}, {"job", "mode"});
       }},
      {"second definition with other states",
       [](Registry& r) {
         r.state_set({.name = "mode", .help = "M.", .states = {"on", "off"}});
         r.state_set({.name = "mode", .help = "M.", .states = {"off", "on"}});
       }},
      {"label name with a dash", [](Registry& r) { r.counter({.name = "jobs_total", .help = "J."}, {"user-agent"}); }},
      {"label name with a colon", [](Registry& r) { r.counter({.name = "jobs_total", .help = "J."}, {"a:b"}); }},
      {"label name that is empty", [](Registry& r) { r.counter({.name = "jobs_total", .help = "J."}, {""}); }},
      {"label name that is null",
       [](Registry& r) {
         const char* const missing = nullptr;
         r.counter({.name = "jobs_total", .help = "J."}, {missing});
       }},
      {"label name reserved", [](Registry& r) { r.counter({.name = "jobs_total", .help = "J."}, {"__name__"}); }},
      {"label name twice",
       [](Registry& r) {
         r.counter({.name = "jobs_total", .help = "J."}, {"a", "b", "a"});
       }},
      {"label name also constant",
       [](Registry& r) {
         r.counter({.name = "jobs_total", .help = "J.", .labels = {{"a", "1"}}}, {"a"});
       }},
      {"constant label twice",
       [](Registry& r) {
         r.gauge({.name = "g", .help = "G.", .labels = {{"a", "1"}, {"a", "2"}}});
       }},
      {"constant label with a bad name",
       [](Registry& r) {
         r.gauge({.name = "g", .help = "G.", .labels = {{"a b", "1"}}});
       }},
      {"constant label not UTF-8",
       [](Registry& r) {
         r.gauge({.name = "g", .help = "G.", .labels = {{"a", "\xff"}}});
       }},
      {"le on a histogram", [](Registry& r) { r.histogram({.name = "h", .help = "H."}, {"le"}); }},
      {"le constant on a histogram",
       [](Registry& r) {
         r.histogram({.name = "h", .help = "H.", .labels = {{"le", "1"}}});
       }},
      {"buckets unsorted",
       [](Registry& r) {
         r.histogram({.name = "h", .help = "H.", .buckets = {1, 5, 2.5}});
       }},
      {"buckets equal",
       [](Registry& r) {
         r.histogram({.name = "h", .help = "H.", .buckets = {0.1, 0.1}});
       }},
      {"buckets with NaN",
       [](Registry& r) {
         r.histogram({.name = "h", .help = "H.", .buckets = {1, kNaN}});
       }},
      {"buckets with -Inf",
       [](Registry& r) {
         r.histogram({.name = "h", .help = "H.", .buckets = {-kInfinity, 1}});
       }},
      {"buckets with +Inf in the middle",
       [](Registry& r) {
         r.histogram({.name = "h", .help = "H.", .buckets = {1, kInfinity, 2}});
       }},
      {"buckets with +Inf twice",
       [](Registry& r) {
         r.histogram({.name = "h", .help = "H.", .buckets = {1, kInfinity, kInfinity}});
       }},
      {"name of a histogram's count",
       [](Registry& r) {
         r.histogram({.name = "rpc_seconds", .help = "R."});
         r.gauge({.name = "rpc_seconds_count", .help = "G."});
       }},
      {"histogram whose bucket name is taken",
       [](Registry& r) {
         r.counter({.name = "rpc_seconds_bucket", .help = "G."});
         r.histogram({.name = "rpc_seconds", .help = "R."});
       }},
      {"gauge with the name that a counter has in OpenMetrics",
       [](Registry& r) {
         r.counter({.name = "jobs_total", .help = "J."});
         r.gauge({.name = "jobs", .help = "J."});
       }},
      {"counter that has the name of a gauge in OpenMetrics",
       [](Registry& r) {
         r.gauge({.name = "jobs", .help = "J."});
         r.counter({.name = "jobs_total", .help = "J."});
       }},
      {"name of a counter's created time",
       [](Registry& r) {
         r.counter({.name = "jobs_total", .help = "J."});
         r.gauge({.name = "jobs_created", .help = "J."});
       }},
      {"name of a histogram's created time",
       [](Registry& r) {
         r.gauge({.name = "rpc_seconds_created", .help = "G."});
         r.histogram({.name = "rpc_seconds", .help = "R."});
       }},
      {"counter and histogram of one name in OpenMetrics",
       [](Registry& r) {
         r.histogram({.name = "rpc", .help = "R."});
         r.counter({.name = "rpc_total", .help = "R."});
       }},
      {"counters that both write a third name",
       [](Registry& r) {
         r.counter({.name = "jobs_total", .help = "J."});
         r.counter({.name = "jobs_created_total", .help = "J."});
       }},
      {"function with the name of a counter in OpenMetrics",
       [](Registry& r) {
         r.counter({.name = "jobs_total", .help = "J."});
         r.gauge_function({.name = "jobs", .help = "J."}, [] { return 1; }).keep();
       }},
      {"second definition of another type",
       [](Registry& r) {
         r.counter({.name = "jobs_total", .help = "Jobs done."}, {"queue"});
         r.gauge({.name = "jobs_total", .help = "Jobs done."}, {"queue"});
       }},
      {"second definition with another help",
       [](Registry& r) {
         r.counter({.name = "jobs_total", .help = "Jobs done."});
         r.counter({.name = "jobs_total", .help = "Jobs finished."});
       }},
      {"second definition with other labels",
       [](Registry& r) {
         r.counter({.name = "jobs_total", .help = "Jobs done."}, {"queue", "result"});
         r.counter({.name = "jobs_total", .help = "Jobs done."}, {"result", "queue"});
       }},
      {"second definition without labels",
       [](Registry& r) {
         r.counter({.name = "jobs_total", .help = "Jobs done."}, {"queue"});
         r.counter({.name = "jobs_total", .help = "Jobs done."});
       }},
      {"second definition with other constant labels",
       [](Registry& r) {
         r.counter({.name = "jobs_total", .help = "Jobs done.", .labels = {{"zone", "a"}}});
         r.counter({.name = "jobs_total", .help = "Jobs done.", .labels = {{"rack", "a"}, {"host", "b"}}});
       }},
      {"second definition with another unit",
       [](Registry& r) {
         r.gauge({.name = "queue_bytes", .help = "Q.", .unit = "bytes"});
         r.gauge({.name = "queue_bytes", .help = "Q."});
       }},
      {"second definition with other buckets",
       [](Registry& r) {
         r.histogram({.name = "h", .help = "H.", .buckets = {0.1, 1}});
         r.histogram({.name = "h", .help = "H.", .buckets = {0.1, 2.5}});
       }},
      {"sibling with other buckets",
       [](Registry& r) {
         r.histogram({.name = "h", .help = "H.", .labels = {{"zone", "a"}}, .buckets = {0.1, 1}});
         r.histogram({.name = "h", .help = "H.", .labels = {{"zone", "b"}}, .buckets = {1, 10}});
       }},
  };
  return all;
}

std::string message_of(const Mistake& mistake, Registry& registry) {
  try {
    mistake.make(registry);
  } catch (const RegistrationError& error) {
    return error.what();
  }
  return "NOT REFUSED";
}

// Exposition rules 59, 80, 99 to 101, 103, 198 and 202. The golden file holds the message for every mistake.
TEST(RegistrationError, QuotesTheCulprit) {
  std::string messages;
  for (const Mistake& mistake : mistakes()) {
    Registry registry;
    messages += std::string(mistake.what) + "\n  " + message_of(mistake, registry) + "\n";
  }
  EXPECT_EQ(messages, golden("registration_errors.txt"));
}

TEST(RegistrationError, LeavesTheRegistryUnchanged) {
  for (const Mistake& mistake : mistakes()) {
    Registry once;
    Registry twice;
    message_of(mistake, once);
    message_of(mistake, twice);
    const std::string first = message_of(mistake, twice);  // the second try fails like the first
    EXPECT_EQ(first, message_of(mistake, twice)) << mistake.what;
    EXPECT_EQ(to_text(once), to_text(twice)) << mistake.what;
  }
}

TEST(RegistrationError, QuotesOnlyTheStartOfAHugeName) {
  Registry registry;
  std::string name(1'000'000, 'x');
  name += ' ';
  try {
    registry.gauge({.name = name, .help = "G."});
    ADD_FAILURE() << "no exception was thrown";
  } catch (const RegistrationError& error) {
    EXPECT_LT(std::string(error.what()).size(), 400u);
  }
}

}  // namespace
}  // namespace narthex
