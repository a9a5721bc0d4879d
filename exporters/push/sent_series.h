#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <narthex/sink.h>

namespace narthex::detail {

// What a series consists of beside its labels, so that each of its parts can be marked as stale.
struct SeriesShape {
  std::vector<double> bounds{};       // of the classic buckets without +Inf, or the quantiles of a summary
  std::vector<std::string> states{};  // of a state set
  bool has_classic = false;           // a histogram with classic buckets
  bool has_native = false;            // a histogram with native buckets
  bool is_partial = false;            // only these bounds and states, without the count, the sum, and the bucket +Inf

  bool operator==(const SeriesShape&) const = default;
};

// A family as the last push has sent it.
struct SentFamily {
  std::string name{};
  std::string help{};
  std::string unit{};
  MetricType type = MetricType::unknown;
};

// Remembers the series that were sent, to find those that are gone. The labels are kept as one text per family, in the
// order of the registry, because the same series follow each other in the next push:
//
//   family 0:  labels of series 0 | labels of series 1 | ...      series: end of the labels, shape, start time
//   family 1:  ...                                                the families are sorted by name
//
// Thread safety: one thread at a time.
class SentSeries {
 public:
  // The family and the labels are valid during the call.
  using OnSeries = std::function<void(const SentFamily& family, LabelView labels, const SeriesShape& shape,
                                      const Timestamp& created)>;

  // Begins a push. Forgets a push that was not committed.
  void begin() { current_.clear(); }
  void begin_family(const FamilyInfo& family);
  // Notes a series of the current family.
  void add(LabelView labels, const SeriesShape& shape, const Timestamp& created = {});
  // Calls the function for each series that the last committed push had and this one does not have, in the old order. For
  // a series that has lost some of its parts, the shape has only these parts.
  void find_removed(const OnSeries& on_removed) const;
  // The receiver has this push. A push that failed is not committed, so that the next push finds the same removed series.
  void commit();
  // Calls the function for all series of the last committed push.
  void for_each(const OnSeries& on_series) const;

 private:
  struct Series {
    std::size_t end;  // of its labels in the text of the family
    std::uint32_t shape;
    Timestamp created;
  };
  struct Family {
    SentFamily description{};
    std::string labels{};
    std::vector<Series> series{};
    std::vector<SeriesShape> shapes{};

    std::string_view labels_of(std::size_t i) const;
    const SeriesShape& shape_of(std::size_t i) const { return shapes[series[i].shape]; }
    std::uint32_t index_of(const SeriesShape& shape);
    // Whether all series have the same labels and shapes.
    bool is_like(const Family& other) const;
  };

  static void report(const Family& family, std::size_t i, const SeriesShape& shape, const OnSeries& on_series);
  // Reports what a family has lost. The current one is null if there is none.
  static void report_removed(const Family& last, const Family* current, const OnSeries& on_removed);

  std::vector<Family> last_;
  std::vector<Family> current_;
};

}  // namespace narthex::detail
