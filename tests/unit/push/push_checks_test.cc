#include "push/push_checks.h"

#include <array>
#include <chrono>
#include <functional>
#include <string>

#include <gtest/gtest.h>
#include <narthex/error.h>

namespace narthex::detail {
namespace {

using std::chrono::milliseconds;

const PushChecks kChecks("test exporter");

std::string error_of(const std::function<void()>& check) {
  try {
    check();
  } catch (const OptionsError& error) {
    return error.what();
  }
  return "none";
}

std::string url_error(const std::string& url) {
  return error_of([&] { kChecks.check_url("url", url); });
}

std::string header_error(const std::string& header) {
  constexpr std::array<std::string_view, 1> kReserved{"content-type"};
  return error_of([&] { kChecks.check_headers({header}, kReserved); });
}

std::string connection_error(const PushConnection& connection) {
  return error_of([&] { kChecks.check_connection(connection); });
}

TEST(PushChecks, AcceptUrls) {
  for (const char* url :
       {"http://a", "https://a:1/b?c=d", "HTTP://A", "http://[::1]:9090/api/v1/write", "http://u:p@a/"}) {
    EXPECT_EQ(url_error(url), "none") << url;
  }
}

TEST(PushChecks, RefuseOtherUrls) {
  for (const char* url : {"", "localhost:9090", "ftp://a", "http://", "http:/a", "http:a", "//a", "/a", "unix:/a",
                          "http://a b", "http://a\n", "http://a#b", "http://a:99999"}) {
    EXPECT_NE(url_error(url).find("allowed: an http or https URL"), std::string::npos) << url << ": " << url_error(url);
  }
  EXPECT_EQ(url_error("ftp://a/b").find("test exporter: url 'ftp://a/b': "), 0U);
}

TEST(PushChecks, RefuseAUrlWithoutShowingItsPassword) {
  EXPECT_EQ(url_error("http://u:secret@a/#b").find("secret"), std::string::npos) << url_error("http://u:secret@a/#b");
}

TEST(PushChecks, RefuseAnInvalidUrlWithoutShowingItsPassword) {
  for (const char* url : {"http://u:secret@host:99999/", "http//u:secret@host", "u:sec@ret@host"}) {
    EXPECT_EQ(url_error(url).find("sec"), std::string::npos) << url_error(url);
  }
}

TEST(PushChecks, AcceptHeaders) {
  for (const char* header : {"Authorization: Bearer x", "X-A:", "x-a:b:c\td"}) EXPECT_EQ(header_error(header), "none");
}

TEST(PushChecks, RefuseWhatIsNotAHeader) {
  EXPECT_EQ(header_error("X A: b"),
            "test exporter: header 'X': a header is one line with a name; for example 'X-Scope-OrgID: team-a'");
  const std::string with_nul{"A: b\0c", 6};
  for (const std::string& header : {std::string(), std::string("A"), std::string(": b"), std::string("A: b\r\nC: d"),
                                    std::string("\xc3\xa4: b"), with_nul}) {
    EXPECT_NE(header_error(header).find("a header is one line with a name"), std::string::npos) << header;
  }
}

TEST(PushChecks, RefuseAHeaderThatTheExporterSets) {
  EXPECT_EQ(header_error("Content-TYPE: x"),
            "test exporter: header 'Content-TYPE': the exporter sets this header itself");
}

TEST(PushChecks, RefuseFilesThatCannotBeRead) {
  for (const auto& [option, connection] : std::initializer_list<std::pair<std::string, PushConnection>>{
           {"ca_file", {.ca_file = "/no/file"}},
           {"certificate_file", {.certificate_file = "/no/file"}},
           {"key_file", {.certificate_file = __FILE__, .key_file = "/no/file"}},
           {"bearer_token_file", {.bearer_token_file = "/no/file"}},
           {"password_file", {.user = "u", .password_file = "/no/file"}}}) {
    EXPECT_EQ(connection_error(connection),
              "test exporter: " + option + " '/no/file': the file cannot be read: No such file or directory");
  }
}

TEST(PushChecks, RefuseOptionsThatContradictEachOther) {
  const std::string file = __FILE__;
  EXPECT_EQ(connection_error({.key_file = file}),
            "test exporter: key_file '" + file + "': it needs a certificate_file");
  EXPECT_EQ(connection_error({.password_file = file}), "test exporter: password_file '" + file + "': it needs a user");
  EXPECT_EQ(connection_error({.bearer_token_file = file, .user = "u"}),
            "test exporter: bearer_token_file '" + file + "': allowed: either a token or a user");
  EXPECT_EQ(connection_error({.user = "a:b"}),
            "test exporter: user 'a:b': a user must not contain a colon or a control character");
  EXPECT_EQ(error_of([] { kChecks.check_connection({.user = "u"}, {"authorization: secret"}); }),
            "test exporter: header 'authorization': allowed: either this header, or a user or a token in `connection`");
  EXPECT_EQ(connection_error({.proxy = "a b"}).find("test exporter: proxy 'a b': "), 0U);
  EXPECT_EQ(
      connection_error(
          {.certificate_file = file, .key_file = file, .user = "u", .password_file = file, .proxy = "proxy:3128"}),
      "none");
}

TEST(PushChecks, RefuseDurationsOutOfRange) {
  const auto error = [](milliseconds value) {
    return error_of([&] { kChecks.check_duration("interval", value, milliseconds(100), milliseconds(1'000)); });
  };
  EXPECT_EQ(error(milliseconds(100)), "none");
  EXPECT_EQ(error(milliseconds(1'000)), "none");
  EXPECT_EQ(error(milliseconds(99)), "test exporter: interval is 99 ms; allowed: 100 ms to 1000 ms");
  EXPECT_EQ(error(milliseconds::max()).find("test exporter: interval is 9223372036854775807 ms"), 0U);
}

}  // namespace
}  // namespace narthex::detail
