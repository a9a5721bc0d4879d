#include <optional>
#include <utility>

#include <gtest/gtest.h>
#include <narthex/civetweb_exporter.h>
#include <narthex/narthex.h>

#include "allocation/out_of_memory.h"

namespace narthex {
namespace {

// One failure point, because each may take civetweb two seconds.
TEST(CivetwebExporterWithoutMemory, Ends) {
  std::optional<CivetwebExporter> exporter(std::in_place, Registry(), CivetwebOptions{.listen = "127.0.0.1:0"});
  const Outcome outcome = call_without_memory(1, FailingAllocations::Which::all_from_there, [&] { exporter.reset(); });
  EXPECT_TRUE(outcome.has_failed);
  EXPECT_FALSE(outcome.has_thrown);
}

}  // namespace
}  // namespace narthex
