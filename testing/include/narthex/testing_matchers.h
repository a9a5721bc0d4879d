#pragma once

/// Matchers for expositions in the text format 0.0.4. They need GoogleMock, which narthex itself does not.

#include <ostream>
#include <string>
#include <string_view>
#include <utility>

#include <gmock/gmock.h>
#include <narthex/detail/text_difference.h>
#include <narthex/testing.h>

namespace narthex {

namespace detail {

// Compares a text with the lines that are expected of it, and explains a mismatch line by line.
class LinesMatcher {
 public:
  using Compare = std::string (*)(std::string_view actual, std::string_view expected);

  LinesMatcher(Compare compare, const char* relation, std::string expected)
      : compare_(compare), relation_(relation), expected_(std::move(expected)) {}

  bool MatchAndExplain(std::string_view actual, ::testing::MatchResultListener* listener) const {
    const std::string difference = compare_(actual, expected_);
    if (!difference.empty()) *listener << difference;
    return difference.empty();
  }
  void DescribeTo(std::ostream* out) const { *out << "a text that " << relation_ << " these lines:\n" << expected_; }
  void DescribeNegationTo(std::ostream* out) const {
    *out << "not ";
    DescribeTo(out);
  }

 private:
  Compare compare_;
  const char* relation_;
  std::string expected_;
};

}  // namespace detail

/// Matches a text that has exactly these lines, in this order.
///   EXPECT_THAT(narthex::to_text(registry), narthex::IsExposition(R"(
///     # HELP jobs_total Jobs done.
///     # TYPE jobs_total counter
///     jobs_total{queue="a",result="ok"} 3
///   )"));
/// Values: the order of labels and the spelling of numbers do not matter, nor do indentation and blank lines. A mismatch
///   shows the lines that are missing (-) and those that were not expected (+).
/// Threads: a value.
/// Errors: none.
inline auto IsExposition(std::string expected) {
  return ::testing::MakePolymorphicMatcher(
      detail::LinesMatcher(detail::difference_of_lines, "has exactly", std::move(expected)));
}

/// Matches a text that has these lines among others, in any order; written and explained as for IsExposition(), with
/// what there is instead of a missing sample. No line at all matches nothing: that would be a test that cannot fail.
inline auto HasSamples(std::string expected) {
  return ::testing::MakePolymorphicMatcher(detail::LinesMatcher(detail::missing_lines, "has", std::move(expected)));
}

}  // namespace narthex
