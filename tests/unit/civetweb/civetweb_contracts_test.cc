#include <string>

#include <gtest/gtest.h>
#include <narthex/civetweb_exporter.h>
#include <narthex/narthex.h>

#include "support/contract.h"

namespace narthex {
namespace {

TEST(Contracts, OfCivetwebExporter) {
  const Registry registry;
  expect_throws<ListenError>("CivetwebExporter::CivetwebExporter()",
                             [&] { const CivetwebExporter exporter(registry, {.listen = "nowhere"}); });
  expect_throws<OptionsError>("CivetwebExporter::CivetwebExporter()", [&] {
    const CivetwebExporter exporter(registry, {.listen = "127.0.0.1:0", .worker_threads = 0});
  });
  expect_throws<FileError>("CivetwebExporter::CivetwebExporter()", [&] {
    const CivetwebExporter exporter(registry, {.listen = "127.0.0.1:0", .web_config_file = "missing.yml"});
  });
  CivetwebExporter exporter(registry, {.listen = "127.0.0.1:0"});
  expect_throws<ListenError>("CivetwebExporter::CivetwebExporter()", [&] {
    const CivetwebExporter second(registry, {.listen = exporter.addresses().front()});
  });
  expect_throws<OptionsError>("CivetwebExporter::add()", [&] { exporter.add(registry, "/metrics"); });
  expect_throws<OptionsError>("CivetwebExporter::add()", [&] { exporter.add(registry, "metrics"); });
}

}  // namespace
}  // namespace narthex
