#include "pushgateway/group_url.h"

#include <string>
#include <utility>

#include <gtest/gtest.h>
#include <narthex/error.h>

namespace narthex {
namespace {

std::string url_of(std::string job, Labels grouping = {}, std::string url = "http://gateway:9091") {
  return detail::group_url({.url = std::move(url), .job = std::move(job), .grouping = std::move(grouping)});
}

std::string refusal_of(const PushgatewayOptions& options) {
  try {
    return "accepted: " + detail::group_url(options);
  } catch (const OptionsError& error) {
    return error.what();
  }
}

TEST(GroupUrl, ContainsTheJobAndTheGroupingKey) {
  EXPECT_EQ(url_of("backup"), "http://gateway:9091/metrics/job/backup");
  EXPECT_EQ(url_of("backup", {{"instance", "web-1"}, {"zone", "b"}}),
            "http://gateway:9091/metrics/job/backup/instance/web-1/zone/b");
}

TEST(GroupUrl, KeepsAPathPrefix) {
  EXPECT_EQ(url_of("backup", {}, "https://host/push/"), "https://host/push/metrics/job/backup");
}

// Exposition rule 208.
TEST(GroupUrl, WritesAJobWithASlashInBase64) {
  EXPECT_EQ(url_of("a/b"), "http://gateway:9091/metrics/job@base64/YS9i");
}

// Exposition rule 209.
TEST(GroupUrl, WritesAValueWithASlashInBase64) {
  EXPECT_EQ(url_of("j", {{"path", "/var/tmp"}}), "http://gateway:9091/metrics/job/j/path@base64/L3Zhci90bXA");
}

TEST(GroupUrl, WritesAValueOfDotsInBase64) {
  EXPECT_EQ(url_of("."), "http://gateway:9091/metrics/job@base64/Lg");
  EXPECT_EQ(url_of("j", {{"l", ".."}}), "http://gateway:9091/metrics/job/j/l@base64/Li4");
  EXPECT_EQ(url_of("..."), "http://gateway:9091/metrics/job/...");
}

// Exposition rule 210.
TEST(GroupUrl, WritesAnEmptyValueAsAnEqualsSign) {
  EXPECT_EQ(url_of("j", {{"l", ""}}), "http://gateway:9091/metrics/job/j/l@base64/=");
}

// Exposition rule 211.
TEST(GroupUrl, PercentEncodesReservedCharacters) {
  EXPECT_EQ(url_of("my job"), "http://gateway:9091/metrics/job/my%20job");
  EXPECT_EQ(url_of("100%+ü?#"), "http://gateway:9091/metrics/job/100%25%2B%C3%BC%3F%23");
}

// Exposition rule 212.
TEST(GroupUrl, RejectsAnEmptyJob) {
  EXPECT_EQ(refusal_of({.url = "http://gateway:9091"}), "pushgateway exporter: job '': the job must not be empty");
}

TEST(GroupUrl, RejectsInvalidGroups) {
  EXPECT_EQ(refusal_of({.url = "gateway:9091", .job = "j"}),
            "pushgateway exporter: url 'gateway:9091': allowed: http://host:9091 or https://host:9091, with or without "
            "a path");
  for (const char* url : {"http://", "http:///a", "http://h?a=b", "http://h/#f", "http://h /", "HTTP://h", "ftp://h"}) {
    EXPECT_EQ(refusal_of({.url = url, .job = "j"}).find("pushgateway exporter: url 'http"),
              std::string_view(url).starts_with("http") ? 0U : std::string::npos)
        << url;
    EXPECT_NE(refusal_of({.url = url, .job = "j"}).find("allowed: http://host:9091"), std::string::npos) << url;
  }
  EXPECT_EQ(refusal_of({.url = "http://gateway", .job = "j", .grouping = {{"job", "k"}}}),
            "pushgateway exporter: label 'job': grouping must not contain it; use the option job");
  EXPECT_EQ(refusal_of({.url = "http://gateway", .job = "j", .grouping = {{"a-b", "k"}}}),
            "pushgateway exporter: label 'a-b': a label name must not contain '-'; allowed: [a-zA-Z_][a-zA-Z0-9_]*, or "
            "any UTF-8 with RegistryOptions{.utf8_names = true}");
  EXPECT_EQ(refusal_of({.url = "http://gateway", .job = "\xff"}),
            "pushgateway exporter: label 'job': the value '\\xff' must be UTF-8");
  EXPECT_EQ(refusal_of({.url = "http://gateway", .job = "j", .grouping = {{"a", "1"}, {"a", "2"}}}),
            "pushgateway exporter: label 'a': the name appears twice; a series has each label once");
}

}  // namespace
}  // namespace narthex
