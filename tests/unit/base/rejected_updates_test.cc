#include "base/rejected_updates.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include <gtest/gtest.h>

namespace narthex::detail {
namespace {

using Counts = std::map<std::string, std::uint64_t>;

std::uint64_t sum(const Counts& counts) {
  std::uint64_t all = 0;
  for (const auto& [name, count] : counts) all += count;
  return all;
}

// Defines a family, rejects this number of updates, and destroys the family.
void pass(RejectedUpdates& updates, const std::string& name, int rejected) {
  const RejectedUpdates::Id id = updates.acquire(name);
  for (int i = 0; i < rejected; ++i) updates.count(id);
  updates.release(id);
}

void pass_many(RejectedUpdates& updates, const std::string& prefix, int names, int rejected) {
  for (int i = 0; i < names; ++i) pass(updates, prefix + std::to_string(i), rejected);
}

TEST(RejectedUpdates, CountsEachNameForItself) {
  static RejectedUpdates updates;  // never freed, as the one of the process
  EXPECT_EQ(updates.by_name(), Counts());
  const auto a = updates.acquire("a");
  const auto b = updates.acquire("b");
  updates.acquire("c");
  updates.count(a);
  updates.count(b);
  updates.count(b);
  EXPECT_EQ(updates.by_name(), (Counts{{"a", 1}, {"b", 2}}));
}

TEST(RejectedUpdates, FamiliesOfOneNameShareItsCount) {
  static RejectedUpdates updates;  // never freed, as the one of the process
  const auto first = updates.acquire("a");
  const auto second = updates.acquire("a");
  updates.count(first);
  updates.release(first);
  updates.count(second);
  EXPECT_EQ(updates.by_name(), (Counts{{"a", 2}}));
}

TEST(RejectedUpdates, ANameContinuesItsCountWhenItIsUsedAgain) {
  static RejectedUpdates updates;  // never freed, as the one of the process
  pass(updates, "a", 2);
  EXPECT_EQ(updates.by_name(), (Counts{{"a", 2}}));
  pass(updates, "a", 1);
  EXPECT_EQ(updates.by_name(), (Counts{{"a", 3}}));
}

TEST(RejectedUpdates, KeepsTheCountsOfRemovedNamesWhileOthersComeAndGo) {
  static RejectedUpdates updates;  // never freed, as the one of the process
  pass(updates, "a", 2);
  pass_many(updates, "accepted", 10'000, 0);
  EXPECT_EQ(updates.by_name(), (Counts{{"a", 2}}));
}

TEST(RejectedUpdates, CountsRemovedNamesWithoutANameBeyondTheLimit) {
  static RejectedUpdates updates;  // never freed, as the one of the process
  const auto used = updates.acquire("used");
  updates.count(used);
  pass_many(updates, "removed", 10'000, 3);
  const Counts counts = updates.by_name();
  EXPECT_EQ(sum(counts), 30'001u);
  EXPECT_EQ(counts.at("used"), 1u);
  EXPECT_LE(counts.size(), 2 + RejectedUpdates::kMaxRemoved + 512);
  EXPECT_GE(counts.size(), 2 + RejectedUpdates::kMaxRemoved);
}

TEST(RejectedUpdates, AnIdKeepsItsNameWhileItHasAUser) {
  static RejectedUpdates updates;  // never freed, as the one of the process
  const auto used = updates.acquire("used");
  updates.retain(used);
  updates.release(used);
  pass_many(updates, "other", 10'000, 0);
  updates.count(used);
  EXPECT_EQ(updates.by_name(), (Counts{{"used", 1}}));
}

TEST(RejectedUpdates, CountsNamesBeyondTheMaximumWithoutAName) {
  static RejectedUpdates updates;  // never freed, as the one of the process
  for (std::size_t i = 0; i < RejectedUpdates::kMaxNames; ++i) {
    EXPECT_NE(updates.acquire("used" + std::to_string(i)), RejectedUpdates::kNoName);
  }
  pass(updates, "beyond", 2);
  EXPECT_EQ(updates.by_name(), (Counts{{"", 2}}));
  updates.count(updates.acquire("used7"));
  EXPECT_EQ(updates.by_name(), (Counts{{"", 2}, {"used7", 1}}));
}

TEST(RejectedUpdates, UsesTheIdsOfForgottenNamesAgain) {
  static RejectedUpdates updates;  // never freed, as the one of the process
  std::map<std::string, RejectedUpdates::Id> ids;
  for (std::size_t i = 0; i < RejectedUpdates::kMaxNames; ++i) {
    const std::string name = "used" + std::to_string(i);
    ids[name] = updates.acquire(name);
  }
  for (int i = 1'000; i < 2'000; ++i) updates.release(ids["used" + std::to_string(i)]);
  pass_many(updates, "beyond", 512, 0);
  updates.count(ids["used7"]);
  for (int i = 0; i < 1'000; ++i) updates.count(updates.acquire("new" + std::to_string(i)));
  EXPECT_EQ(updates.by_name().size(), 1'001u);
  EXPECT_EQ(updates.by_name()["used7"], 1u);
  EXPECT_EQ(updates.by_name()["new999"], 1u);
}

}  // namespace
}  // namespace narthex::detail
