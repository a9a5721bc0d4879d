// Links the library, or loads it with dlopen() if compiled with LOADS_SHAPES: RTLD_GLOBAL with an argument, RTLD_LOCAL
// without. Prints what it expected and read. Returns 1 if a count is wrong.
#include <cstdio>
#include <thread>
#include <vector>

#ifdef LOADS_SHAPES
#include <dlfcn.h>
#endif

#include "shapes.h"

namespace {

constexpr int kThreads = 4;
constexpr int kUpdates = 50'000;  // more than a series needs to have cells

bool expect(const char* what, double read, double expected) {
  std::printf("%s expected %.0f, read %.0f; ", what, expected, read);
  return read == expected;
}

template <class Call>
void on_threads(Call call) {
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) threads.emplace_back(call);
  for (std::thread& thread : threads) thread.join();
}

bool catches(void (*fail)()) {
  try {
    fail();
  } catch (const narthex::RegistrationError&) {
    return true;
  }
  return false;
}

}  // namespace

int main([[maybe_unused]] int argc, char**) {
#ifdef LOADS_SHAPES
  void* const shapes = dlopen("libshapes.so", RTLD_NOW | (argc > 1 ? RTLD_GLOBAL : RTLD_LOCAL));
  if (!shapes) return std::puts(dlerror()), 1;
  const auto draw = reinterpret_cast<decltype(&shapes_draw)>(dlsym(shapes, "shapes_draw"));
  const auto have = reinterpret_cast<decltype(&shapes_have)>(dlsym(shapes, "shapes_have"));
  const auto fail = reinterpret_cast<decltype(&shapes_fail)>(dlsym(shapes, "shapes_fail"));
  const auto refuse = reinterpret_cast<decltype(&shapes_refuse)>(dlsym(shapes, "shapes_refuse"));
#else
  const auto draw = shapes_draw;
  const auto have = shapes_have;
  const auto fail = shapes_fail;
  const auto refuse = shapes_refuse;
#endif
  const Metrics app("app");
  app.registry.add(Corners());
  on_threads([&] {
    for (int i = 0; i < kUpdates; i += 1000) {
      app.count(1000);
      draw(1000);
    }
  });
#ifdef NARTHEX_SHARED
  constexpr bool kHasTwoCopies = false;
#else
  constexpr bool kHasTwoCopies = true;
#endif
  constexpr double kExpected = double{kThreads} * kUpdates;
  bool ok = expect("app_runs_total", app.runs.value(), kExpected);
  ok &= expect("app has its counts", app.has(kExpected), true);
  ok &= expect("shapes have their counts", have(kExpected), true);
  ok &= expect("exception caught", catches(fail), true);
  ok &= expect("registry refused", refuse(&app.registry), kHasTwoCopies);
  return ok ? 0 : 1;
}
