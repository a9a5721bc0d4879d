#include "model/escaping.h"

#include <array>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace narthex::detail {
namespace {

using enum EscapingScheme;

std::string gauge(std::string_view name, EscapingScheme scheme) {
  return escape_family_name(name, MetricType::gauge, scheme);
}

// Exposition rules 89 to 94.
TEST(Escaping, EscapesNamesThatAreNotLegacyNames) {
  struct Row {
    const char* name;
    const char* underscores;
    const char* dots;
    const char* values;
  };
  for (const auto& [name, with_underscores, with_dots, with_values] : std::array<Row, 9>{{
           {"disk.io_time", "disk_io_time", "disk_dot_io__time", "U__disk_2e_io__time"},
           {"9lives", "_lives", "__lives", "U___39_lives"},
           {"temp\u00e9rature", "temp_rature", "temp__rature", "U__temp_e9_rature"},
           {"a-b", "a_b", "a__b", "U__a_2d_b"},
           {"\u65e5\u672c", "__", "____", "U___65e5__672c_"},
           {"disk_io", "disk_io", "disk_io", "disk_io"},
           {"a.9", "a_9", "a_dot_9", "U__a_2e_9"},
           {"\U0001f525 \n", "___", "______", "U___1f525__20__a_"},
           {"x:y.z", "x:y_z", "x:y_dot_z", "U__x:y_2e_z"},
       }}) {
    EXPECT_EQ(gauge(name, underscores), with_underscores);
    EXPECT_EQ(gauge(name, dots), with_dots);
    EXPECT_EQ(gauge(name, values), with_values);
    EXPECT_EQ(gauge(name, allow_utf_8), name);
  }
}

// Exposition rule 87: a label name must not contain a colon.
TEST(Escaping, EscapesColonsInLabelNames) {
  EXPECT_EQ(escape_label_name("a:b", underscores), "a_b");
  EXPECT_EQ(escape_label_name("a:b", dots), "a__b");
  EXPECT_EQ(escape_label_name("a:b", values), "U__a_3a_b");
  EXPECT_EQ(escape_label_name("a:b", allow_utf_8), "a:b");
  EXPECT_EQ(gauge("a:b", values), "a:b");
  EXPECT_EQ(escape_family_name("a:b", MetricType::state_set, values), "U__a_3a_b") << "it is a label's name, too";
}

// Exposition rule 95.
TEST(Escaping, KeepsALegacyNameThatLooksEscaped) {
  for (const EscapingScheme scheme : {underscores, dots, values}) EXPECT_EQ(gauge("U__a", scheme), "U__a");
}

// Exposition rule 96.
TEST(Escaping, KeepsTheSuffixOfTheType) {
  EXPECT_EQ(escape_family_name("x.y_total", MetricType::counter, values), "U__x_2e_y_total");
  EXPECT_EQ(escape_family_name("x.y_total", MetricType::counter, dots), "x_dot_y_total");
  EXPECT_EQ(escape_family_name("x.y_info", MetricType::info, values), "U__x_2e_y_info");
  EXPECT_EQ(escape_family_name("x.y_total", MetricType::gauge, values), "U__x_2e_y__total");
  EXPECT_EQ(escape_family_name("x.y", MetricType::counter, values), "U__x_2e_y");
  EXPECT_EQ(escape_family_name("_total", MetricType::counter, values), "_total");
}

TEST(Escaping, TreatsEachInvalidByteAsOneCharacter) {
  EXPECT_EQ(gauge("a\xff\xc3", underscores), "a__");
  EXPECT_EQ(gauge("a\xff\xc3", dots), "a____");
  EXPECT_EQ(gauge("a\xff\xc3", values), "U__a_fffd__fffd_");
}

TEST(Escaping, UsesTheWordsOfHttpHeaders) {
  EXPECT_EQ(to_string(underscores), "underscores");
  EXPECT_EQ(to_string(dots), "dots");
  EXPECT_EQ(to_string(values), "values");
  EXPECT_EQ(to_string(allow_utf_8), "allow-utf-8");
}

}  // namespace
}  // namespace narthex::detail
