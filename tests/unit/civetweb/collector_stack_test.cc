#include <atomic>
#include <cstddef>

#include <gtest/gtest.h>
#include <narthex/civetweb_exporter.h>
#include <narthex/narthex.h>
#include <pthread.h>

#include "support/http_client.h"

namespace narthex {
namespace {

// Returns the number of bytes between this call and the end of the stack of the thread.
std::ptrdiff_t stack_left() {
  pthread_attr_t attributes;
  ::pthread_getattr_np(::pthread_self(), &attributes);
  void* end = nullptr;
  std::size_t size = 0;
  ::pthread_attr_getstack(&attributes, &end, &size);
  ::pthread_attr_destroy(&attributes);
  const char here = 0;
  return &here - static_cast<const char*>(end);
}

// collector.h says that about 70 KiB are left.
TEST(CollectorStack, HasEnoughMemoryOnAThreadOfCivetweb) {
  std::atomic<std::ptrdiff_t> left{0};
  Registry registry;
  const Registration function = registry.gauge_function({.name = "g", .help = "G."}, [&left] {
    left = stack_left();
    return 1;
  });
  const CivetwebExporter exporter(registry, {.listen = "127.0.0.1:0"});
  EXPECT_EQ(get(exporter.port()).status(), "200");
  EXPECT_GE(left, 65 * 1024);
}

}  // namespace
}  // namespace narthex
