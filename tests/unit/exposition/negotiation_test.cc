#include "exposition/negotiation.h"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace narthex::detail {
namespace {

const std::string kText = "text/plain; version=0.0.4; charset=utf-8; escaping=";
const std::string kText1 = "text/plain; version=1.0.0; charset=utf-8; escaping=";
const std::string kOpenMetrics = "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=";
const std::string kOldOpenMetrics = "application/openmetrics-text; version=0.0.1; charset=utf-8; escaping=";
const std::string kOpenMetrics2 = "application/openmetrics-text; version=2.0.0; charset=utf-8";
const std::string kProtobuf =
    "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited; escaping=";

std::string answer(std::string_view accept) {
  std::string content_type;
  set_content_type(negotiate(accept), content_type);
  return content_type;
}

struct Case {
  const char* what;
  std::string accept;
  std::string content_type;
};

void check(const std::vector<Case>& cases) {
  for (const auto& [what, accept, content_type] : cases) EXPECT_EQ(answer(accept), content_type) << what;
}

// Exposition rules 105 to 112, 298, and 299: the headers that each version of Prometheus sends.
TEST(Negotiation, SelectsThePreferredFormatOfEachPrometheusVersion) {
  const std::string proto =
      "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";
  check({
      {"2.40",
       "application/openmetrics-text;version=1.0.0;q=0.75,application/openmetrics-text;q=0.6,text/plain;version=0.0.4;"
       "q=0.5,*/*;q=0.1",
       kOpenMetrics + "underscores"},
      {"2.42, rule 105",
       "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;"
       "version=0.0.4;q=0.5,*/*;q=0.1",
       kOpenMetrics + "underscores"},
      {"2.42 with native histograms, rule 106",
       proto + ",application/openmetrics-text;version=1.0.0;q=0.8,application/openmetrics-text;version=0.0.1;q=0.75,"
               "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
       kProtobuf + "underscores"},
      {"2.49.0, rule 112",
       "application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;"
       "version=0.0.4;q=0.3,*/*;q=2",
       kOpenMetrics + "underscores"},
      {"2.53, rule 107",
       "application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;"
       "version=0.0.4;q=0.3,*/*;q=0.2",
       kOpenMetrics + "underscores"},
      {"2.53, protobuf first",
       proto + ";q=0.5,application/openmetrics-text;version=1.0.0;q=0.4,application/openmetrics-text;version=0.0.1;"
               "q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
       kProtobuf + "underscores"},
      {"2.55 with utf8-names",
       "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0."
       "1;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;escaping=allow-utf-8;q=0.3,*/*;q=0.2",
       kOpenMetrics + "allow-utf-8"},
      {"3.0, rule 111",
       "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0."
       "1;escaping=allow-utf-8;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;escaping=allow-utf-8;q=0.4,text/"
       "plain;version=0.0.4;escaping=allow-utf-8;q=0.3,*/*;q=0.2",
       kOpenMetrics + "allow-utf-8"},
      {"3.5, rule 108",
       "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0."
       "1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
       kOpenMetrics + "allow-utf-8"},
      {"3.5 without OpenMetrics, rule 109",
       "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
       kText1 + "allow-utf-8"},
      // Go would escape with underscores here, though every other clause of the same header allows UTF-8.
      {"3.5, protobuf first, rule 110",
       proto + ";q=0.6,application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-"
               "text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;"
               "q=0.2,*/*;q=0.1",
       kProtobuf + "allow-utf-8"},
      {"3.5 with legacy names",
       "application/openmetrics-text;version=1.0.0;escaping=underscores;q=0.6,application/openmetrics-text;version=0.0."
       "1;q=0.5,text/plain;version=1.0.0;escaping=underscores;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
       kOpenMetrics + "underscores"},
      {"3.15, rule 299",
       "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.7,application/openmetrics-text;version=0.0."
       "1;q=0.6,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.5,text/plain;version=0.0.4;q=0.4,*/*;q=0.3",
       kOpenMetrics + "allow-utf-8"},
      {"3.15 with OpenMetrics 2.0 and legacy names, rule 298",
       "application/openmetrics-text;version=2.0.0;q=0.7,application/openmetrics-text;version=1.0.0;escaping="
       "underscores;q=0.6,*/*;q=0.5",
       kOpenMetrics2 + "; escaping=underscores"},
      {"3.15 with OpenMetrics 2.0, rule 298",
       "application/openmetrics-text;version=2.0.0;q=0.7,application/openmetrics-text;version=1.0.0;escaping=allow-utf-"
       "8;q=0.6,*/*;q=0.5",
       kOpenMetrics2},
  });
}

// Exposition rule 299: older servers send a body of OpenMetrics 2.0 to a parser that rejects it.
TEST(Negotiation, ServesOpenMetrics2OnlyByName) {
  const std::string name = "application/openmetrics-text;version=2.0.0";
  check({
      {"less preferred", "application/openmetrics-text;version=1.0.0;q=0.7," + name + ";q=0.6",
       kOpenMetrics + "underscores"},
      {"equal, 1.0 first", "application/openmetrics-text;version=1.0.0," + name, kOpenMetrics + "underscores"},
      {"equal, 2.0 first", name + ",application/openmetrics-text;version=1.0.0", kOpenMetrics2},
      {"no version", "application/openmetrics-text", kOldOpenMetrics + "underscores"},
      {"version 2", "application/openmetrics-text;version=2", kText + "underscores"},
      {"version 2.0", "application/openmetrics-text;version=2.0", kText + "underscores"},
      {"version 2.1.0", "application/openmetrics-text;version=2.1.0", kText + "underscores"},
      {"any format", "*/*", kText + "underscores"},
      {"excluded", name + ";q=0,text/plain", kText + "underscores"},
      {"an escaping of its own", name + ";escaping=dots", kOpenMetrics2 + "; escaping=dots"},
      {"an escaping of its own, before another one", name + ";escaping=dots,text/plain;escaping=values",
       kOpenMetrics2 + "; escaping=dots"},
      {"case", "Application/OpenMetrics-Text; Version=2.0.0", kOpenMetrics2},
  });
}

// Exposition rules 104, 113 to 124, and 297.
TEST(Negotiation, SelectsAFormatForEveryOtherClient) {
  check({
      {"rule 104", "", kText + "underscores"},
      {"rule 113", "*/*", kText + "underscores"},
      {"rule 114", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", kText + "underscores"},
      {"rule 115", "application/openmetrics-text", kOldOpenMetrics + "underscores"},
      {"rules 116 and 297", "application/openmetrics-text;version=2.0.0", kOpenMetrics2},
      {"rule 117", "application/openmetrics-text;version=0.0.4", kText + "underscores"},
      {"rule 118", "text/plain;version=1.0.0;escaping=dots", kText1 + "dots"},
      {"rule 119", "text/plain;version=0.0.4; escaping=values;", kText + "values"},
      {"rule 120", "text/plain;version=0.0.4;escaping=bogus", kText + "underscores"},
      {"rule 121", "application/vnd.google.protobuf", kText + "underscores"},
      {"rule 122", "application/openmetrics-text;version=1.0.0;q=0, text/plain;q=0.1", kText + "underscores"},
      {"rule 123", "Application/OpenMetrics-Text; Version=1.0.0", kOpenMetrics + "underscores"},
      {"rule 124", "text/plain;q=0.5, application/openmetrics-text;version=1.0.0", kOpenMetrics + "underscores"},
      {"text of any kind", "text/*", kText + "underscores"},
      {"only unsupported formats", "image/png", kText + "underscores"},
      {"all weights are 0", "text/plain;q=0, */*;q=0", kText + "underscores"},
      {"protobuf in its text encoding",
       "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=text", kText + "underscores"},
  });
}

TEST(Negotiation, SelectsTheFirstClauseWithTheHighestWeight) {
  const std::string openmetrics = "application/openmetrics-text;version=1.0.0";
  check({
      {"weight", "text/plain;version=1.0.0;q=0.7," + openmetrics + ";q=0.701", kOpenMetrics + "underscores"},
      {"order", "text/plain;version=1.0.0;q=0.7," + openmetrics + ";q=0.7", kText1 + "underscores"},
      {"no weight is one", "text/plain;version=1.0.0;q=0.999," + openmetrics, kOpenMetrics + "underscores"},
      {"a wildcard selects nothing if a format is named", "*/*," + openmetrics + ";q=0.001",
       kOpenMetrics + "underscores"},
      {"text/* selects nothing if a format is named", "text/*;q=1," + openmetrics + ";q=0.5",
       kOpenMetrics + "underscores"},
      {"a wildcard may set the escaping", "image/png,*/*;escaping=dots;q=0.1", kText + "dots"},
      {"twice, the higher one counts", openmetrics + ";q=0.1," + openmetrics + ";escaping=values;q=0.2",
       kOpenMetrics + "values"},
  });
}

// Prometheus sends no escaping with protobuf, so that protobuf uses the escaping of another clause.
TEST(Negotiation, UsesTheEscapingOfTheSelectedClause) {
  const std::string proto =
      "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";
  check({
      {"text", "text/plain;version=0.0.4,text/plain;version=1.0.0;escaping=values;q=0.5", kText + "underscores"},
      {"protobuf", proto + ";escaping=dots,text/plain;escaping=values", kProtobuf + "dots"},
      {"highest", "text/plain;escaping=dots;q=0.2," + proto + ",text/plain;version=1.0.0;escaping=values;q=0.3",
       kProtobuf + "values"},
      {"a clause with weight 0 sets no escaping", proto + ",text/plain;escaping=dots;q=0", kProtobuf + "underscores"},
      {"parameters are case-insensitive", "text/plain;Escaping=ALLOW-UTF-8", kText + "allow-utf-8"},
      {"an unknown escaping is ignored", "text/plain;escaping=x;escaping=dots", kText + "dots"},
  });
}

TEST(Negotiation, IgnoresMalformedParameters) {
  const std::string openmetrics = "application/openmetrics-text;version=1.0.0";
  using namespace std::string_literals;
  for (const std::string& clause : {
           openmetrics + ";q=2",
           openmetrics + ";q=x",
           openmetrics + ";q=",
           openmetrics + ";q",
           openmetrics + ";q=nan;q=0",
           openmetrics + ";;;",
           openmetrics + ";version=0.0.1",
           openmetrics + ";charset=\"a,b;c\\\"d,\"",
           "\t" + openmetrics + " ; q=0.3 ",
           "application/openmetrics-text;version=\"1.0.0\""s,
           ",,;=,;q=1,\xff\0="s + "," + openmetrics,
       }) {
    EXPECT_EQ(answer(clause), kOpenMetrics + "underscores") << clause;
    EXPECT_EQ(answer("text/plain;version=0.0.4;q=0.1," + clause), kOpenMetrics + "underscores") << clause;
  }
  for (const std::string& clause : {openmetrics + ";q=-1", openmetrics + ";q=0.0", openmetrics + "0", "x" + openmetrics,
                                    "application / openmetrics-text;version=1.0.0"s, "\"" + openmetrics}) {
    EXPECT_EQ(answer(clause), kText + "underscores") << clause;
  }
}

TEST(Negotiation, ParsesALongHeaderInLinearTime) {
  const std::string openmetrics = "application/openmetrics-text;version=1.0.0";
  for (const char filler : {',', ';', '=', '"', ' ', '\\', 'x'}) {
    const std::string filling(500'000, filler);
    EXPECT_EQ(answer(openmetrics + "," + filling), kOpenMetrics + "underscores") << filler;
    EXPECT_EQ(answer("text/plain;x=\"" + filling), kText + "underscores") << filler;
  }
}

}  // namespace
}  // namespace narthex::detail
