"""The folders of src/ are modules. A module includes only the modules that docs/architecture.md allows."""

import pathlib
import re
import subprocess
import sys
import unittest

ROOT = pathlib.Path(sys.argv.pop(1)).resolve()

# Each module, and the modules whose headers its files may include beside their own.
MAY_INCLUDE = {
    "base": (),
    "model": ("base",),
    "shards": ("base",),
    "exemplars": ("base", "model", "shards"),
    "metrics": ("base", "model", "shards", "exemplars"),
    "families": ("base", "model", "shards", "metrics"),
    "registry": ("base", "model", "exemplars", "metrics", "families"),
    "formats": ("base", "model"),
    "exposition": ("base", "model", "registry", "formats"),
    # And the public headers of all modules that are not in detail/.
    "instrumentation": ("base",),
}

# The module of every header in include/narthex/.
HEADERS = {
    "base": """error.h version.h detail/creation_time.h detail/export.h detail/file_descriptor.h detail/float_text.h
        detail/http_totals.h detail/parse_double.h detail/platform.h detail/push_totals.h detail/quote.h
        detail/short_bytes.h detail/stopwatch.h""",
    "model": """closed_label.h labels.h sink.h detail/label_names.h detail/label_value.h""",
    "shards": """detail/add_atomically.h detail/heat.h detail/histogram_cells.h detail/shard.h""",
    "exemplars": """exemplar_labels.h exemplar_options.h detail/exemplars.h""",
    "metrics": """buckets.h counter.h exception_counter.h gauge.h gauge_histogram.h histogram.h in_flight.h info.h observation_count.h
        state_set.h summary.h timer.h unknown.h detail/bucket_bounds.h detail/counter_series.h detail/family_options.h detail/gauge_histogram_series.h detail/gauge_series.h
        detail/gauge_value.h detail/info_series.h detail/kind.h detail/observation_series.h detail/series.h
        detail/signed_sum.h detail/state_set_series.h detail/unknown_series.h""",
    "families": """any_family.h borrowed.h dynamic_family.h enum_family.h family.h metric_ref.h detail/hazard_ptr.h""",
    "registry": """collector.h emit.h registration.h registry.h registry_options.h""",
    "formats": """detail/gzip.h""",
    "exposition": """exposition.h detail/header_values.h detail/push_rules.h
        detail/scrape_phases.h""",
    "instrumentation": """cgroup_collector.h http_metrics.h library_collector.h process_collector.h
        runtime_collector.h""",
}
MODULE_OF_HEADER = {f"narthex/{name}": module for module, names in HEADERS.items() for name in names.split()}
UMBRELLA = "narthex/narthex.h"  # includes the public headers of every module

INCLUDE = re.compile(r'^#include (?:"(?P<source>[^"]+)"|<(?P<public>narthex/[^>]+)>)', re.MULTILINE)


def module_of(path):
    """Returns the module of a file of src/ or include/, or None for the umbrella header."""
    parts = pathlib.PurePosixPath(path).parts
    if parts[0] == "src":
        return parts[1]
    name = "/".join(parts[1:])
    return None if name == UMBRELLA else MODULE_OF_HEADER[name]


def forbidden(path, text):
    """Yields the reason for each #include that a file must not have."""
    module = module_of(path)
    for match in INCLUDE.finditer(text):
        included = match["public"] or match["source"]
        if match["source"] and match["source"].split("/")[0] not in MAY_INCLUDE:
            yield f'{path}: #include "{included}": a path relative to src/ starts with a module'
            continue
        target = MODULE_OF_HEADER.get(included) if match["public"] else included.split("/")[0]
        if target in (module, None) or module is None:
            continue
        is_public = match["public"] and "/detail/" not in included
        if target not in MAY_INCLUDE[module] and not (module == "instrumentation" and is_public):
            allowed = ", ".join(MAY_INCLUDE[module]) or "no other module"
            yield f"{path}: #include of {included}: {module} must not include {target}; allowed: {allowed}"


def tracked(*folders):
    files = subprocess.check_output(
        ["git", "-C", ROOT, "-c", f"safe.directory={ROOT}", "ls-files", *folders], text=True
    ).split()
    return [file for file in files if file.endswith((".h", ".cc")) and (ROOT / file).exists()]


class LayoutTest(unittest.TestCase):
    def test_modules_include_only_what_they_may(self):
        files = tracked("src", "include")
        self.assertGreater(len(files), 100)
        reasons = [reason for file in files for reason in forbidden(file, (ROOT / file).read_text())]
        self.assertEqual(reasons, [], "\n" + "\n".join(reasons))

    def test_the_check_sees_forbidden_includes(self):
        for path, line in [
            ("src/base/utf8.cc", '#include "model/names.h"'),
            ("src/formats/text_writer.cc", '#include "registry/scrape.h"'),
            ("src/shards/shards.cc", "#include <narthex/counter.h>"),
            ("src/instrumentation/http_state.cc", "#include <narthex/detail/series.h>"),
            ("src/model/names.cc", '#include "escape.h"'),
        ]:
            self.assertEqual(len(list(forbidden(path, line + "\n"))), 1, line)

    def test_every_source_is_in_a_module(self):
        self.assertEqual({module_of(file) for file in tracked("src")}, set(MAY_INCLUDE))

    def test_every_public_header_has_a_module(self):
        headers = {file.removeprefix("include/") for file in tracked("include")} - {UMBRELLA}
        self.assertEqual(headers, set(MODULE_OF_HEADER))

    def test_public_headers_define_only_the_macros_of_visibility_and_version(self):
        macros = re.compile(r"^#\s*define\s+(\w+)", re.MULTILINE)
        found = {name for file in tracked("include") for name in macros.findall((ROOT / file).read_text())}
        version = {f"NARTHEX_VERSION_{part}" for part in ("MAJOR", "MINOR", "PATCH")}
        undefined_again = {"NARTHEX_QUOTE", "NARTHEX_QUOTE_VALUE"}
        self.assertEqual(found, {"NARTHEX_EXPORT", "NARTHEX_VISIBILITY"} | version | undefined_again)

    def test_public_headers_hide_the_symbols_of_a_static_library(self):
        headers = [file for file in tracked("*.h") if "include/narthex/" in file]
        self.assertGreater(len(headers), 60)
        for file in headers:
            namespaces = re.findall(r"^namespace .*", (ROOT / file).read_text(), re.MULTILINE)
            self.assertLessEqual(
                set(namespaces), {"namespace NARTHEX_VISIBILITY narthex {", "namespace detail {"}, file
            )

    def test_every_module_has_a_short_readme(self):
        for module in MAY_INCLUDE:
            readme = ROOT / "src" / module / "README.md"
            self.assertTrue(readme.exists(), f"{readme} is missing")
            self.assertLessEqual(len(readme.read_text().splitlines()), 10, readme)
            for allowed in MAY_INCLUDE[module]:
                self.assertIn(f"`{allowed}`", readme.read_text(), f"{readme} does not say that it may include {allowed}")


if __name__ == "__main__":
    unittest.main()
