#pragma once

/// Matchers for expositions in the text format 0.0.4. They need GoogleMock. narthex itself does not need it.

#include <ostream>
#include <string>
#include <string_view>
#include <utility>

#include <gmock/gmock.h>
#include <narthex/detail/export.h>
#include <narthex/detail/text_difference.h>
#include <narthex/testing.h>

namespace NARTHEX_VISIBILITY narthex {

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
///
/// Values: the order of labels, the spelling of numbers, indentation, and blank lines do not matter. The message of a
///   mismatch lists missing lines (-) and unexpected lines (+).
/// Thread safety: concurrent reads are safe.
/// Exceptions: std::bad_alloc.
///
/// Example:
///   EXPECT_THAT(narthex::to_text(registry), narthex::IsExposition(R"(
///     # HELP jobs_total Jobs done.
///     # TYPE jobs_total counter
///     jobs_total{queue="a",result="ok"} 3
///   )"));
inline auto IsExposition(std::string expected) {
  return ::testing::MakePolymorphicMatcher(
      detail::LinesMatcher(detail::difference_of_lines, "has exactly", std::move(expected)));
}

/// Matches a text that has these lines among others, in any order. Lines are written as for IsExposition(). The message
/// of a mismatch shows, for each missing sample, the similar lines that the text has. An empty list of lines matches no
/// text, because such a test could not fail.
inline auto HasSamples(std::string expected) {
  return ::testing::MakePolymorphicMatcher(detail::LinesMatcher(detail::missing_lines, "has", std::move(expected)));
}

}  // namespace narthex
