#pragma once

/// For the tests of a program: what its registry serves. Part of the library narthex::testing, so that nothing of it is
/// in the program itself. <narthex/testing_matchers.h> has matchers for GoogleMock.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <narthex/detail/export.h>
#include <narthex/labels.h>
#include <narthex/registry.h>

namespace narthex {

/// Returns the value of one sample that a registry serves now; nothing if it serves none such.
///   EXPECT_EQ(narthex::sample(registry, "http_requests_total", {{"code", "200"}, {"method", "GET"}}), 3);
///   EXPECT_EQ(narthex::sample(registry, "http_request_duration_seconds_bucket", {{"le", "0.5"}}), 2);
/// Values: exactly as it was counted or set, but for -0, which is served as 0. The name and the labels are those of the
///   text format 0.0.4: `_bucket`, `_sum` and `_count` of a histogram, its bounds as labels, spelled as they are served.
///   All labels need to be there, constant ones too, in any order.
/// Threads: any, at once.
/// Errors: std::bad_alloc, and what a scrape of the registry throws.
NARTHEX_EXPORT std::optional<double> sample(const Registry& registry, std::string_view name, const Labels& labels = {});

/// Returns what `promtool check metrics` would say of a scrape, word for word, one line for each problem: the name of
/// the metric and what is wrong with it, sorted. Label sets that are served twice, which newer ones find, are found too.
///   EXPECT_EQ(narthex::lint(registry), std::vector<std::string>());
/// Values: a problem that several series of a metric have is said for each.
/// Threads: any, at once.
/// Errors: as sample().
NARTHEX_EXPORT std::vector<std::string> lint(const Registry& registry);

/// The same for a text that was served in the text format 0.0.4, whoever served it. Throws SampleError, with
/// the line, for a text in another format.
NARTHEX_EXPORT std::vector<std::string> lint(std::string_view exposition);

}  // namespace narthex
