#pragma once

/// Functions for the tests of a program: they read what a registry serves. They are in the library narthex::testing,
/// which the program itself does not link. <narthex/testing_matchers.h> has matchers for GoogleMock.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <narthex/detail/export.h>
#include <narthex/labels.h>
#include <narthex/registry.h>

namespace NARTHEX_VISIBILITY narthex {

/// Returns the current value of one sample of a registry, or nothing if the registry does not serve this sample.
///
/// Values: the exact value, except that -0 is served as 0. Name and labels are those of text format 0.0.4: a histogram
///   has the samples `_bucket`, `_sum`, and `_count`, and its bounds are labels in the spelling of the format. `labels`
///   must have all labels of the sample, constant labels included, in any order.
/// Thread safety: may be called concurrently.
/// Exceptions: std::bad_alloc.
///
/// Example:
///   EXPECT_EQ(narthex::sample(registry, "http_requests_total", {{"code", "200"}, {"method", "GET"}}), 3);
///   EXPECT_EQ(narthex::sample(registry, "http_request_duration_seconds_bucket", {{"le", "0.5"}}), 2);
[[nodiscard]] NARTHEX_EXPORT std::optional<double> sample(const Registry& registry, std::string_view name,
                                                          const Labels& labels = {});

/// Returns the problems that `promtool check metrics` reports for a scrape of the registry, in the words of promtool,
/// sorted. Each line is the name of the metric and the problem. Repeated label sets are reported as newer versions of
/// promtool do. Three problems are not those of promtool, because Prometheus accepts them and strict OpenMetrics
/// parsers reject the scrape: sums that are negative or NaN, negative quantiles, and negative bounds of histograms.
///
/// Values: if several series of a metric have the same problem, it is reported once for each series, and a
///   quantile or a bound that is negative once for each. A gauge histogram is reported like a histogram, because the
///   text format does not tell them apart. Empty: no problems.
/// Thread safety: may be called concurrently.
/// Exceptions: std::bad_alloc.
///
/// Example:
///   EXPECT_EQ(narthex::lint(registry), std::vector<std::string>());
[[nodiscard]] NARTHEX_EXPORT std::vector<std::string> lint(const Registry& registry);

/// Returns the problems of a text in the text format 0.0.4, from any source. Throws SampleError, which quotes the
/// invalid line, if the text is in another format.
[[nodiscard]] NARTHEX_EXPORT std::vector<std::string> lint(std::string_view exposition);

}  // namespace narthex
