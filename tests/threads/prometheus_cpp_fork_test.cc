// Children of a process whose other threads use the prometheus-cpp layer.

#include <memory>

#include <gtest/gtest.h>
#include <prometheus/gateway.h>
#include <prometheus/registry.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/threads.h"

namespace prometheus {
namespace {

using narthex::Repeatedly;

constexpr int kChildren = 200;

// Forks, and calls a function in the child. Returns whether it returned within two seconds.
template <class Call>
bool returns_in_child(Call call) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(2);  // ends a child that hangs
    call();
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return status == 0;
}

// The process has no registry of narthex.
TEST(PrometheusCppFork, ChildrenUseAGatewayThatAnotherThreadUses) {
  Gateway gateway("127.0.0.1", "1", "backup");
  const auto registry = std::make_shared<Registry>();
  const Repeatedly use([&] { gateway.RegisterCollectable(std::make_shared<Registry>()); });
  for (int i = 0; i < kChildren; ++i) {
    ASSERT_TRUE(returns_in_child([&] { gateway.RegisterCollectable(registry); })) << i;
  }
}

TEST(PrometheusCppFork, ChildrenUseAFamilyThatAnotherThreadUses) {
  Registry registry;
  auto& family = BuildCounter().Name("hits_total").Register(registry);
  const Repeatedly use([&] { family.Remove(&family.Add({{"thread", "1"}})); });
  for (int i = 0; i < kChildren; ++i) {
    ASSERT_TRUE(returns_in_child([&] {
      family.Add({{"thread", "2"}}).Increment();
      BuildGauge().Name("level").Register(registry).Add({}).Set(1);
      static_cast<void>(registry.Collect());
    })) << i;
  }
}

}  // namespace
}  // namespace prometheus
