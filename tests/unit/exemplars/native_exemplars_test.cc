#include "exemplars/native_exemplars.h"

#include <chrono>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace narthex::detail {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using Strings = std::vector<std::string>;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr NativeExemplars::Time kStart{std::chrono::hours(480'000)};

class NativeExemplarsTest : public testing::Test {
 protected:
  void add(double value, milliseconds age, const std::string& labels) {
    EXPECT_TRUE(exemplars_.add(value, kStart + age, labels));
  }
  // Adds 1, 10, 100, ... 1e9, one second apart. The label of each is its index.
  void fill() {
    double value = 1;
    for (int i = 0; i < 10; ++i, value *= 10) add(value, std::chrono::seconds(i), std::to_string(i));
  }
  Strings labels() const {
    Strings labels;
    double last = -kInfinity;
    for (const StoredExemplar& one : exemplars_.all()) {
      EXPECT_GE(one.value(), last);
      last = one.value();
      labels.emplace_back(one.labels());
    }
    return labels;
  }

  NativeExemplars exemplars_;
};

TEST_F(NativeExemplarsTest, KeepAscendingOrderWhileThereIsSpace) {
  for (const int value : {5, -3, 0, 8, 1}) add(value, minutes(value + 3), std::to_string(value));
  EXPECT_EQ(labels(), (Strings{"-3", "0", "1", "5", "8"}));
  add(1, minutes(1), "again");
  EXPECT_EQ(labels().size(), 6u);
}

TEST_F(NativeExemplarsTest, ReplaceTheOldestIfItIsTooOld) {
  fill();
  add(2.0e9, minutes(5) + milliseconds(1), "new");
  EXPECT_EQ(labels(), (Strings{"1", "2", "3", "4", "5", "6", "7", "8", "9", "new"}));
}

TEST_F(NativeExemplarsTest, ReplaceACloseExemplarIfNoneIsTooOld) {
  fill();
  add(2.0e9, minutes(5), "new");
  EXPECT_EQ(labels(), (Strings{"0", "1", "2", "3", "4", "5", "6", "7", "8", "new"}));
}

TEST_F(NativeExemplarsTest, ReplaceTheOlderExemplarOfTheClosestPair) {
  fill();
  add(2000, minutes(1), "close to 3");  // replaces 3, which is the closest
  EXPECT_EQ(labels(), (Strings{"0", "1", "2", "close to 3", "4", "5", "6", "7", "8", "9"}));
  // The new one and 4 are now the closest pair. 4 is older. The next one is farther from all others.
  add(1e12, minutes(2), "far");
  EXPECT_EQ(labels(), (Strings{"0", "1", "2", "close to 3", "5", "6", "7", "8", "9", "far"}));
}

TEST_F(NativeExemplarsTest, ReplaceANeighbourThatIsCloserThanTheClosestPair) {
  fill();
  add(1.1e5, minutes(1), "above 5");
  EXPECT_EQ(labels(), (Strings{"0", "1", "2", "3", "4", "above 5", "6", "7", "8", "9"}));
  add(1.0e5, minutes(1), "below it");
  EXPECT_EQ(labels(), (Strings{"0", "1", "2", "3", "4", "below it", "6", "7", "8", "9"}));
}

TEST_F(NativeExemplarsTest, CompareDistancesOnALogarithmicScale) {
  fill();
  add(1.5e9, minutes(1), "new");  // 5e8 from 9; on a logarithmic scale closer than any pair
  EXPECT_EQ(labels().back(), "new");
  EXPECT_EQ(labels().front(), "0");
}

TEST_F(NativeExemplarsTest, TreatZeroSignsAndInfinitiesAsFarAway) {
  int i = 0;
  for (const double value : {-kInfinity, -2.0, -1.0, 0.0, 1.0, 2.0, 4.0, 8.0, 16.0, kInfinity}) {
    add(value, milliseconds(i++), std::to_string(value));
  }
  add(-kInfinity, milliseconds(20), "lowest");
  add(0, milliseconds(21), "zero");
  add(kInfinity, milliseconds(22), "highest");
  const Strings all = labels();
  EXPECT_EQ(all.front(), "lowest");
  EXPECT_EQ(all[3], "zero");
  EXPECT_EQ(all.back(), "highest");
  EXPECT_EQ(all.size(), 10u);
}

}  // namespace
}  // namespace narthex::detail
