#include "shapes.h"

static Metrics& metrics() {
  static Metrics metrics("shapes");
  return metrics;
}

void shapes_draw(int times) { metrics().count(times); }

bool shapes_have(double expected) { return metrics().has(expected); }

void shapes_fail() { metrics().registry.counter({.name = "not a name", .help = "Runs."}); }

bool shapes_refuse(const void* registry) {
  const auto& other = *static_cast<const narthex::Registry*>(registry);
  int refused = 0;
  const auto count = [&refused](auto use) {
    try {
      use();
    } catch (const narthex::Error&) {
      ++refused;
    }
  };
  count([&] { other.counter({.name = "lines_total", .help = "Lines."}); });
  count([&] { other.counter_function({.name = "points_total", .help = "Points."}, [] { return 1.0; }).keep(); });
  count([&] { other.add_scoped(Corners()).keep(); });
  count([&] { other.remove("lines_total"); });
  count([&] { static_cast<void>(narthex::to_text(other)); });
  return refused == 5;
}
