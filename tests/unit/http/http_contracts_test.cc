#include <string>

#include <gtest/gtest.h>
#include <narthex/http_exporter.h>
#include <narthex/narthex.h>

#include "support/contract.h"

namespace narthex {
namespace {

TEST(Contracts, OfHttpExporter) {
  const Registry registry;
  for (const char* bad : {"nowhere", "unix:", "fd:x"}) {
    expect_throws<ListenError>("HttpExporter::HttpExporter()",
                               [&] { const HttpExporter exporter(registry, {.listen = bad}); });
  }
  expect_throws<OptionsError>("HttpExporter::HttpExporter()", [&] {
    const HttpExporter exporter(registry, {.listen = "127.0.0.1:0", .max_connections = 0});
  });
  expect_throws<FileError>("HttpExporter::HttpExporter()", [&] {
    const HttpExporter exporter(registry, {.listen = "127.0.0.1:0", .web_config_file = "missing.yml"});
  });
  HttpExporter exporter(registry, {.listen = "127.0.0.1:0"});
  expect_throws<ListenError>("HttpExporter::HttpExporter()",
                             [&] { const HttpExporter second(registry, {.listen = exporter.addresses().front()}); });
  expect_throws<OptionsError>("HttpExporter::add()", [&] { exporter.add(registry, "/metrics"); });
  expect_throws<OptionsError>("HttpExporter::add()", [&] { exporter.add(registry, "metrics"); });
  const HttpExporter::Handler ok = [](const HttpExporter::Request&) { return HttpExporter::Response(); };
  expect_throws<OptionsError>("HttpExporter::handle()", [&] { exporter.handle("/metrics", ok); });
  expect_throws<OptionsError>("HttpExporter::handle()", [&] { exporter.handle("/healthz", {}); });
}

}  // namespace
}  // namespace narthex
