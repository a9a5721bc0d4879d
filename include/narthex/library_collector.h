#pragma once

#include <memory>
#include <string_view>

#include <narthex/collector.h>
#include <narthex/detail/export.h>
#include <narthex/registry.h>

namespace narthex {

namespace detail {
class StatisticsSource;
}

/// The library's own numbers: `registry.add(LibraryCollector(registry));`. Registry::global() has them.
/// Values: narthex_rejected_updates_total, narthex_replaced_bytes_total, narthex_exemplars_refused_total and
///   narthex_exemplar_errors_total are the whole process's, all others the registry's: narthex_scrapes_total,
///   narthex_name_clashes_total for names that met when they were escaped,
///   narthex_series_overflowed_total for the families that went past their max_series, and for each collector
///   narthex_collector_errors_total, narthex_collector_skipped_total, narthex_collector_clashes_total and
///   narthex_collector_duration_seconds. What happens after its turn in a scrape shows in the next one.
/// Threads: as a Collector. It does not keep the registry alive; when that is gone it has nothing to say.
/// Errors: none but std::bad_alloc.
class NARTHEX_EXPORT LibraryCollector final : public Collector {
 public:
  explicit LibraryCollector(const Registry& registry) noexcept;

  std::string_view name() const override { return "narthex"; }
  void collect(Sink& sink) override;

 private:
  std::weak_ptr<const detail::StatisticsSource> registry_;
};

}  // namespace narthex
