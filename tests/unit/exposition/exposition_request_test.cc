#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <narthex/exposition.h>
#include <narthex/narthex.h>

namespace narthex {
namespace {

using std::chrono::milliseconds;

const std::string kOpenMetrics = "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6";
const std::string kText = "text/plain;version=0.0.4;q=0.3";

// Two Accept headers, and one of each other header.
void expect_all(const ExpositionRequest& request) {
  EXPECT_EQ(request.accept, kOpenMetrics + ", " + kText);
  EXPECT_EQ(request.accept_encoding, "gzip");
  EXPECT_EQ(request.timeout, milliseconds(9500));
  EXPECT_EQ(request.query, "name[]=up");
}

TEST(ExpositionRequest, IsFilledFromAMultimap) {
  const std::multimap<std::string, std::string> headers{{"Accept", kOpenMetrics},
                                                        {"Accept", kText},
                                                        {"Accept-Encoding", "gzip"},
                                                        {"X-Prometheus-Scrape-Timeout-Seconds", "10"}};
  expect_all(ExpositionRequest::from([&](const std::string& name) { return headers.equal_range(name); }, "name[]=up"));
}

// A header field of a library whose strings do not convert to std::string_view, as those of Boost.Beast before 1.80.
struct ForeignText {
  const char* data() const { return text.data(); }
  std::size_t size() const { return text.size(); }
  std::string text;
};
struct ForeignField {
  const ForeignText& value() const { return text; }
  ForeignText text;
};

TEST(ExpositionRequest, IsFilledFromFieldsWithAValueFunction) {
  const std::map<std::string_view, std::vector<ForeignField>> headers{
      {"Accept", {{{kOpenMetrics}}, {{kText}}}},
      {"Accept-Encoding", {{{"gzip"}}}},
      {"X-Prometheus-Scrape-Timeout-Seconds", {{{"10"}}}}};
  const auto find = [&](std::string_view name) {
    const std::vector<ForeignField>& fields = headers.at(name);
    return std::pair(fields.begin(), fields.end());
  };
  expect_all(ExpositionRequest::from(find, "name[]=up"));
  expect_all(ExpositionRequest::from(
      [&](const char* name) -> const auto& { return headers.at(name); }, "name[]=up"));
}

// A range that is not iterable if it is const, as some views of the standard library are.
struct View {
  const std::string* begin() { return &text; }
  const std::string* end() { return &text + 1; }
  std::string text;
};

TEST(ExpositionRequest, IsFilledFromAViewThatOnlyItsOwnerIterates) {
  const auto request = ExpositionRequest::from(
      [](std::string_view name) { return View{std::string(name == "Accept" ? kText : std::string_view())}; });
  EXPECT_EQ(request.accept, kText);
}

TEST(ExpositionRequest, IsFilledFromOneTextForEachHeader) {
  const std::map<std::string, std::string> headers{{"Accept", kText}};
  const auto text = [&](const std::string& name) {
    const auto found = headers.find(name);
    return found == headers.end() ? std::string() : found->second;
  };
  const auto pointer = [&](const std::string& name) {
    const auto found = headers.find(name);
    return found == headers.end() ? nullptr : found->second.c_str();
  };
  const auto optional = [&](const std::string& name) {
    const auto found = headers.find(name);
    return found == headers.end() ? std::nullopt : std::optional(found->second);
  };
  for (const ExpositionRequest& request :
       {ExpositionRequest::from(text), ExpositionRequest::from(pointer), ExpositionRequest::from(optional)}) {
    EXPECT_EQ(request.accept, kText);
    EXPECT_EQ(request.accept_encoding, "");
    EXPECT_EQ(request.timeout, std::nullopt);
    EXPECT_EQ(request.query, "");
  }
}

TEST(ExpositionRequest, UsesTheFirstValidTimeout) {
  const auto timeout_of = [](const std::vector<std::string>& values) {
    const auto find = [&](std::string_view name) {
      return name.starts_with("X-") ? values : std::vector<std::string>();
    };
    return ExpositionRequest::from(find).timeout;
  };
  EXPECT_EQ(timeout_of({"10", "20"}), milliseconds(9500));
  EXPECT_EQ(timeout_of({"soon", "20"}), milliseconds(19'500));
  EXPECT_EQ(timeout_of({"10,20"}), std::nullopt);
}

TEST(ExpositionRequest, OwnsItsStrings) {
  Registry registry;
  registry.gauge({.name = "level", .help = "Level."});
  registry.gauge({.name = "other", .help = "Other."});
  const auto temporary = [](std::string_view text) { return std::string(text) + std::string(64, ' '); };
  const ExpositionRequest request{.accept = temporary("application/openmetrics-text;version=1.0.0"),
                                  .accept_encoding = temporary("identity"),
                                  .query = "name[]=level&" + temporary("x")};
  EXPECT_EQ(expose(registry, request).body, "# TYPE level gauge\n# HELP level Level.\nlevel 0.0\n# EOF\n");
}

TEST(ExpositionRequest, AssignmentReplacesAllFields) {
  ExpositionRequest request{.accept = "a", .accept_encoding = "b", .timeout = milliseconds(1), .query = "c"};
  request.assign([](std::string_view name) { return name; });
  EXPECT_EQ(request.accept, "Accept");
  EXPECT_EQ(request.accept_encoding, "Accept-Encoding");
  EXPECT_EQ(request.timeout, std::nullopt);
  EXPECT_EQ(request.query, "");
}

}  // namespace
}  // namespace narthex
