#include <narthex/detail/push_totals.h>

#include <deque>
#include <mutex>

#include "base/mutex.h"

namespace narthex::detail {

namespace {

struct AllPushTotals {
  Mutex mutex;
  std::deque<PushTotals> totals;  // under the mutex; a deque, because references to its elements stay valid
};

// It is never destroyed: static destructors may push.
AllPushTotals& all() {
  static auto* const all = new AllPushTotals;
  return *all;
}

}  // namespace

PushTotals& push_totals(std::string_view exporter, std::string_view url) {
  AllPushTotals& known = all();
  const std::lock_guard lock(known.mutex);
  for (PushTotals& totals : known.totals) {
    if (totals.exporter == exporter && totals.url == url) return totals;
  }
  return known.totals.emplace_back(exporter, url);
}

std::vector<const PushTotals*> all_push_totals() {
  AllPushTotals& known = all();
  const std::lock_guard lock(known.mutex);
  std::vector<const PushTotals*> pointers;
  for (const PushTotals& totals : known.totals) pointers.push_back(&totals);
  return pointers;
}

}  // namespace narthex::detail
