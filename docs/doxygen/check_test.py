"""Runs Doxygen and check.py on small headers: each kind of mistake is listed, and documented headers pass."""

import os
import pathlib
import subprocess
import tempfile
import unittest

import check

ROOT = pathlib.Path(__file__).resolve().parents[2]

DOCUMENTED = """\
/// Exported functions have a macro in front.
#define NARTHEX_EXPORT

namespace narthex {

namespace detail {
class Hidden {};
}  // namespace detail

/// A value that only increases.
///
/// Values: any amount >= 0.
/// Thread safety: all members may be called concurrently.
///
/// Example:
///   counter.inc();
class NARTHEX_EXPORT Counter {
 public:
  Counter() noexcept;
  Counter(const Counter&) = default;
  Counter(Counter&& other) noexcept;
  Counter& operator=(const Counter& other);
  ~Counter();
  /// Adds 1. See value().
  void inc() noexcept;
  double value() const noexcept;  ///< Returns the current value.

 private:
  friend class Registry;
  void reset();
};

/// Color of a lamp.
enum class Color {
  red,   ///< The lamp is red.
  green  ///< The lamp is green.
};

}  // namespace narthex
"""

MISTAKES = """\
#define NARTHEX_MACRO 1

namespace narthex {

class NoComment {
 public:
  void run();
};

/// Options of a lamp. See @ref narthex::Lantern and [its colors](colors.html).
struct LampOptions {
  int watts = 0;
};

/// A lamp.
class Lamp {
 public:
  explicit Lamp(LampOptions options);
  using Options = LampOptions;
  void on();
  /// Turns the lamp off.
  void off();
};

/// Color of a lamp.
enum class Color { red };

enum class Shape { round };

void light();

}  // namespace narthex
"""


class CheckTest(unittest.TestCase):
    def check(self, header):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "lamp.h")
            path.write_text(header, encoding="utf-8")
            variables = {"VERSION": "1", "OUTPUT": folder, "INPUT": str(path), "INCLUDE_DIRS": folder}
            environment = os.environ | {f"NARTHEX_{name}": value for name, value in variables.items()}
            subprocess.run(["doxygen", "docs/doxygen/Doxyfile"], cwd=ROOT, env=environment, check=True)
            problems, names = check.check(pathlib.Path(folder), pathlib.Path(folder), "`Lamp()`, `on()`, `off()`, `run()`")
            html = "".join(page.read_text() for page in pathlib.Path(folder, "html").glob("class*.html"))
        return [problem.replace(f"{folder}/", "") for problem in problems], names, html

    def test_a_documented_header_has_no_problems(self):
        problems, names, html = self.check(DOCUMENTED)
        self.assertEqual(problems, [])
        self.assertEqual(
            names,
            {"NARTHEX_EXPORT", "narthex::Counter", "narthex::Counter::inc", "narthex::Counter::value", "narthex::Color",
             "narthex::Color::red", "narthex::Color::green"},
        )
        self.assertIn("<b>Values:</b> any amount &gt;= 0. <br  />\n <b>Thread safety:</b> all members", html)
        self.assertIn('<b>Example:</b> </p><div class="fragment"><div class="line">counter.inc(); </div>', html)

    def test_each_mistake_is_listed_with_its_place(self):
        problems, _, _ = self.check(MISTAKES)
        self.assertEqual(
            sorted(problems),
            ["annotated.html: the link 'colors.html' has no target",
             "lamp.h:10: warning: unable to resolve reference to 'narthex::Lantern' for \\ref command",
             "lamp.h:12: narthex::LampOptions::watts has no comment",
             "lamp.h:18: narthex::Lamp::Lamp has no comment",
             "lamp.h:19: narthex::Lamp::Options has no comment",
             "lamp.h:1: NARTHEX_MACRO has no comment",
             "lamp.h:20: narthex::Lamp::on has no comment",
             "lamp.h:26: narthex::Color::red has no comment",
             "lamp.h:28: narthex::Shape has no comment",
             "lamp.h:28: narthex::Shape::round has no comment",
             "lamp.h:30: docs/exceptions.md does not name light()",
             "lamp.h:30: narthex::light has no comment",
             "lamp.h:5: narthex::NoComment has no comment",
             "lamp.h:7: narthex::NoComment::run has no comment"],
        )


if __name__ == "__main__":
    unittest.main()
