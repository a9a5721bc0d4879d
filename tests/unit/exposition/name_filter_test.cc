#include "exposition/name_filter.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace narthex::detail {
namespace {

bool selects(std::string_view query, std::string_view name, MetricType type = MetricType::gauge,
             EscapingScheme scheme = EscapingScheme::underscores) {
  return NameFilter(query).selects({name, {}, {}, type}, scheme);
}

// Exposition rule 205.
TEST(NameFilter, SelectsTheNamesInTheQuery) {
  for (const std::string_view query :
       {"name[]=a_total&name[]=b", "?name[]=a_total&name[]=b", "name[]=b&x&&name[]=a_total",
        "name%5B%5D=a_total&n%61me%5b]=%62", "&=&name[]=a_total&name[]=b&name[]=b&", "/metrics?name[]=a_total&name[]=b",
        "/&name[]=a_total&name[]=b"}) {
    EXPECT_TRUE(selects(query, "a_total", MetricType::counter)) << query;
    EXPECT_TRUE(selects(query, "b")) << query;
    for (const std::string_view other : {"a", "A_total", "a_total_", "bb", "", "name[]"}) {
      EXPECT_FALSE(selects(query, other)) << query << ' ' << other;
    }
    EXPECT_FALSE(NameFilter(query).selects_all());
  }
}

TEST(NameFilter, SelectsAllIfTheQueryContainsNoName) {
  for (const std::string_view query : {"", "?", "debug=1", "name=a", "name[=a", "name%5B=a", "x=name[]=a", "%6", "&&",
                                       "/metrics", "/metrics?", "/metrics??name[]=a"}) {
    EXPECT_TRUE(NameFilter(query).selects_all()) << query;
    EXPECT_TRUE(selects(query, "b")) << query;
  }
}

TEST(NameFilter, SelectsNothingIfNoFamilyHasTheName) {
  for (const std::string_view query : {"name[]", "name[]=", "name[]=none", "name[]=%", "name[]=%zz", "name[]=%00b"}) {
    EXPECT_FALSE(selects(query, "b")) << query;
  }
}

TEST(NameFilter, SelectsAFamilyByItsOriginalOrEscapedName) {
  for (const char* query : {"name[]=disk.io", "name[]=disk%2eio", "name[]=disk_io"})
    EXPECT_TRUE(selects(query, "disk.io"));
  EXPECT_FALSE(selects("name[]=disk_io", "disk.io", MetricType::gauge, EscapingScheme::values));
  EXPECT_TRUE(selects("name[]=U__disk_2e_io", "disk.io", MetricType::gauge, EscapingScheme::values));
  EXPECT_TRUE(selects("name[]=build", "build", MetricType::info));
  EXPECT_TRUE(selects("name[]=build_info", "build", MetricType::info));
  EXPECT_FALSE(selects("name[]=build_info", "build"));
  EXPECT_TRUE(selects("name[]=a+b%2B%25", "a b+%"));
  EXPECT_TRUE(selects("name[]=50%", "50%")) << "a percent sign without hex digits is not an escape";
  EXPECT_TRUE(selects("name[]=a=b", "a=b"));
}

TEST(NameFilter, ParsesALongQueryInLinearTime) {
  for (const std::string_view piece : {"&", "%", "=", "name[]=&", "name[]=%4", "name%5B%5D=x&"}) {
    std::string query;
    while (query.size() < 200'000) query += piece;
    EXPECT_FALSE(selects(query + "&name[]=b", "c"));
    EXPECT_TRUE(selects(query + "&name[]=b", "b"));
  }
}

}  // namespace
}  // namespace narthex::detail
