#include <gtest/gtest.h>
#include <narthex/narthex.h>
#include <narthex/otlp_exporter.h>

#include "support/contract.h"

namespace narthex {
namespace {

TEST(Contracts, OfOtlpExporter) {
  expect_throws<OptionsError>("OtlpExporter::OtlpExporter()",
                              [] { const OtlpExporter exporter(Registry(), {.endpoint = "x"}); });
}

}  // namespace
}  // namespace narthex
