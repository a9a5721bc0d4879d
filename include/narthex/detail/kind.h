#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <narthex/detail/exemplars.h>
#include <narthex/detail/export.h>
#include <narthex/detail/series.h>

namespace NARTHEX_VISIBILITY narthex {
enum class MetricType;
}

namespace NARTHEX_VISIBILITY narthex {
namespace detail {

// The interface of a metric kind. `std::unique_ptr<Kind> make_kind(const XxxOptions&)`, declared beside the options of
// a kind, creates one.
class NARTHEX_EXPORT Kind {
 public:
  Kind() = default;
  Kind(const Kind&) = delete;
  Kind& operator=(const Kind&) = delete;
  virtual ~Kind();

  virtual MetricType type() const noexcept = 0;
  // Returns a new series with one reference, which the caller owns.
  virtual Series* make_series(std::string_view labels) const = 0;

  // Returns whether the name must end in the suffix of the type.
  virtual bool requires_suffix() const noexcept { return false; }
  // Returns what else two definitions of one name must agree on, as an error quotes it: "buckets (0.1, 1)".
  virtual std::string settings() const { return {}; }

  // Sets the source of exemplars. Called before the first series, if the registry has a source.
  virtual void use(const ExemplarSource& /*source*/) noexcept {}
};

}  // namespace detail
}  // namespace narthex
