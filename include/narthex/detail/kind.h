#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <narthex/detail/series.h>

namespace narthex {
enum class MetricType;
}

namespace narthex::detail {

class ExemplarSource;

// What the core asks of a metric kind. Each kind's options give one through
// `std::unique_ptr<Kind> make_kind(const XxxOptions&)`, declared beside them.
class NARTHEX_EXPORT Kind {
 public:
  Kind() = default;
  Kind(const Kind&) = delete;
  Kind& operator=(const Kind&) = delete;
  virtual ~Kind();

  virtual MetricType type() const noexcept = 0;
  // Returns a new series, to which one reference is held.
  virtual Series* make_series(std::string_view labels) const = 0;

  // Whether names of this kind have to end as those of its type do.
  virtual bool requires_suffix() const noexcept { return false; }
  // What else two definitions need to agree on, as a message quotes it: "buckets 0.1, 1".
  virtual std::string settings() const { return {}; }

  // Said before the first series, in a registry that takes exemplars by itself: where series get them from.
  virtual void use(const std::shared_ptr<const ExemplarSource>& /*source*/) noexcept {}
};

}  // namespace narthex::detail
