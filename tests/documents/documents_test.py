"""Compares the documents with the tree: shown programs are files, links and names exist, cited rules exist."""

import pathlib
import re
import subprocess
import sys
import textwrap
import unittest

ROOT = pathlib.Path(sys.argv.pop(1)).resolve()
FILES = sorted(
    ROOT / name
    for name in subprocess.check_output(
        ["git", "-C", ROOT, "-c", f"safe.directory={ROOT}", "ls-files"], text=True
    ).split()
)
DOCUMENTS = [file for file in FILES if file.suffix == ".md"]
# A code block that shows a whole file follows a line such as: <!-- file: examples/quickstart.cc -->
SHOWN = re.compile(r"<!-- file: (\S+) -->\n+```\w*\n(.*?)```", re.DOTALL)
# A code block that shows adjacent lines of a file follows a line such as: <!-- lines of: CMakeLists.txt -->. The document
# may leave out an indentation that all of the lines have.
LINES = re.compile(r"<!-- lines of: (\S+) -->\n+```\w*\n(.*?)```", re.DOTALL)
# A table whose rows are rows of a table in a file follows a line such as: <!-- rows of: docs/performance.md -->
ROWS = re.compile(r"<!-- rows of: (\S+) -->\n((?:\|.*\n)+)")
# Code can look like a link, for example a lambda with parameters.
CODE = re.compile(r"```.*?```", re.DOTALL)
LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
# A link to a heading, of the same document or of another one.
ANCHOR = re.compile(r"\]\(([^)#\s]*\.md)?#([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
# A path in the text of a document: `src/registry.cc`, `tests/`.
PATH = re.compile(r"`((?:include|src|exporters|compat|testing|examples|tests|bench|docs|scripts|cmake|\.ci)/[\w./*-]*)`")
# A citation, for example "Exposition rules 1 to 22 and 28".
CITATION = re.compile(r"exposition\s+rules?\s+((?:\d+(?: to |, and |, | and )?)+)", re.IGNORECASE)
# A row of docs/exposition-rules.md: | 29 | A HELP text escapes ... | expfmt |
RULE = re.compile(r"^\| (\d+) \|", re.MULTILINE)
# A test in docs/compliance.md: `TextFormat.EscapesHelp`.
TEST_NAME = re.compile(r"`[A-Z]\w+\.([A-Z]\w+)`")
# A row of docs/compliance.md: | 29-31 | `TextFormat.EscapesHelp`, `Exposition.IsText` | remark |
RULE_TESTS = re.compile(r"^\| ([\d-]+) \|(.*?)\|.*\|$", re.MULTILINE)

# A row of docs/exceptions.md: | `Registry::counter()` | `RegistrationError` | when |
THROWS = re.compile(r"^\| `([^`]+)` \| `(\w+)` \|", re.MULTILINE)
# A call in a test: expect_throws<RegistrationError>("Registry::counter()", ...
EXPECT_THROWS = re.compile(r'expect_throws<(\w+)>\(\s*"([^"]+)"')
# Exceptions for which a test would need a fault of a library or of the system.
NOT_TESTED = {
    ("expose()", "Error"),
    ("CivetwebExporter::CivetwebExporter()", "SystemError"),
    ("HttpExporter::HttpExporter()", "SystemError"),
    ("PushgatewayExporter::PushgatewayExporter()", "SystemError"),
    ("OtlpExporter::OtlpExporter()", "SystemError"),
    ("RemoteWriteExporter::RemoteWriteExporter()", "SystemError"),
}

# A table of options in docs/reference.md follows a line such as: <!-- options: CounterOptions -->
OPTION_TABLE = re.compile(r"<!-- options: (\w+) -->\n+(.*?)\n\n", re.DOTALL)
# A struct of options, one of its members with its default, and how the tables write some defaults.
OPTION_STRUCT = re.compile(
    r"^struct (\w*Options|NativeBuckets|GlobalCollectors|HttplibHandlers|PushConnection) {\n(.*?)^};", re.DOTALL | re.MULTILINE
)
MEMBER = re.compile(r"^  [\w:<][^=/;]*?(\w+)(?: =\s+|(?={))(.*?);", re.MULTILINE)
DEFAULTS = {
    "{}": "-",
    "{1000}": "1,000 ms",
    "{5000}": "5,000 ms",
    "{10'000}": "10,000 ms",
    "{15'000}": "15,000 ms",
    "{30'000}": "30,000 ms",
    "{120'000}": "120,000 ms",
    "std::size_t{256} << 20": "256 MiB",
    "std::chrono::minutes(10)": "10 min",
    "10'000": "10,000",
    "{.enabled = false}": "off",
}


def rows(text, columns):
    """Returns the cells of the rows of all tables with this number of columns, without the lines below the headers."""
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]
    return [row for row in cells if len(row) == columns and not set("".join(row)) <= set("-: ")]


def numbers(text):
    """Returns the numbers of "1 to 3, 5 and 7-8"."""
    found = []
    for first, last in re.findall(r"(\d+)(?:(?: to |-)(\d+))?", text):
        found.extend(range(int(first), int(last or first) + 1))
    return found


def anchor_of(heading):
    """Returns the anchor that GitHub gives a heading."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def cited(text):
    return {number for rules in CITATION.findall(text) for number in numbers(rules)}


def texts_of_tests():
    return [file.read_text(errors="replace") for file in FILES if ROOT / "tests" in file.parents]


def exposition_rules():
    return [int(number) for number in RULE.findall((ROOT / "docs/exposition-rules.md").read_text())]


def needs():
    """Returns the rows of the table in scripts/lib.sh: their purposes and their package."""
    (table,) = re.findall(r"^needs='\n(.*?)^'", (ROOT / "scripts/lib.sh").read_text(), re.DOTALL | re.MULTILINE)
    return [(purposes.split(","), package) for purposes, _, _, package in map(str.split, table.splitlines())]


class DocumentsTest(unittest.TestCase):
    maxDiff = None

    def test_there_are_documents(self):
        self.assertIn(ROOT / "README.md", DOCUMENTS)

    def test_shown_files_are_identical_to_the_files(self):
        shown = 0
        for document in DOCUMENTS:
            for name, text in SHOWN.findall(document.read_text()):
                shown += 1
                self.assertEqual(text, (ROOT / name).read_text(), f"{document.name} shows {name}")
        self.assertGreater(shown, 0)

    def test_shown_lines_are_in_their_files(self):
        shown = 0
        for document in DOCUMENTS:
            for name, text in LINES.findall(document.read_text()):
                shown += 1
                file = "\n" + (ROOT / name).read_text()
                indented = ["\n" + textwrap.indent(text, width * " ") for width in (0, 2, 4)]
                self.assertTrue(any(lines in file for lines in indented), f"{document.name} shows {name}:\n{text}")
        self.assertGreater(shown, 0)

    def test_shown_rows_are_in_their_files(self):
        shown = 0
        for document in DOCUMENTS:
            for name, shown_rows in ROWS.findall(document.read_text()):
                for row in shown_rows.splitlines():
                    shown += 1
                    self.assertIn(row, (ROOT / name).read_text().splitlines(), f"{document.name} shows {name}")
        self.assertGreater(shown, 0)

    def test_documents_show_all_their_examples(self):
        for folder, documents in (("cookbook", ("cookbook", "migration")), ("reference", ("reference",))):
            examples = {f"examples/{folder}/{path.name}" for path in (ROOT / "examples" / folder).glob("*.cc")}
            text = "".join((ROOT / f"docs/{document}.md").read_text() for document in documents)
            self.assertEqual({file for file, _ in SHOWN.findall(text) + LINES.findall(text)}, examples)

    def test_the_readme_is_short_and_has_the_figures_of_the_performance_page(self):
        readme = (ROOT / "README.md").read_text()
        self.assertLessEqual(len(readme.splitlines()), 120)
        performance = {row[0]: (row[1], row[3], row[4]) for row in rows((ROOT / "docs/performance.md").read_text(), 10)}
        figures = [row for row in rows(readme, 4) if row[0] != "operation"]
        self.assertEqual(len(figures), 5)
        for operation, *values in figures:
            self.assertEqual(tuple(values), performance[operation], operation)

    def test_the_option_tables_have_the_members_and_defaults_of_the_structs(self):
        text = (ROOT / "docs/reference.md").read_text()
        tables = dict(OPTION_TABLE.findall(text))
        headers = [file.read_text() for file in FILES if file.suffix == ".h" and "include" in file.parts]
        structs = {name: body for header in headers for name, body in OPTION_STRUCT.findall(header)}
        members = {
            name: [(member, DEFAULTS.get(value, value)) for member, value in MEMBER.findall(body)]
            for name, body in structs.items()
        }
        common = members["CounterOptions"]
        for name in members:
            if name != "CounterOptions" and ("max_series", "10,000") in members[name]:
                members[name] = [member for member in members[name] if member not in common]
        documented = {
            name: [(row[0].strip("`"), row[3]) for row in rows(table, 5)][1:] for name, table in tables.items()
        }
        self.assertEqual(documented, {name: found for name, found in members.items() if found})

    def test_the_quickstart_has_at_most_twelve_code_lines(self):
        lines = (ROOT / "examples/quickstart.cc").read_text().splitlines()
        code = [line for line in lines if line.strip() not in ("", "}") and not line.startswith("//")]
        self.assertLessEqual(len(code), 12)

    def test_links_have_existing_targets(self):
        for document in DOCUMENTS:
            for target in LINK.findall(CODE.sub("", document.read_text())):
                if not target.startswith(("http://", "https://")):
                    self.assertTrue((document.parent / target).exists(), f"{document.name}: {target}")

    def test_links_to_headings_lead_to_one(self):
        for document in DOCUMENTS:
            for name, anchor in ANCHOR.findall(CODE.sub("", document.read_text())):
                target = document.parent / name if name else document
                headings = HEADING.findall(CODE.sub("", target.read_text()))
                self.assertIn(anchor, map(anchor_of, headings), f"{document.name} links to {name}#{anchor}")

    def test_paths_in_the_tree_exist(self):
        for document in DOCUMENTS:
            for path in PATH.findall(document.read_text()):
                self.assertTrue(list(ROOT.glob(path.rstrip("/"))), f"{document.name}: {path}")

    def test_scripts_print_help_from_any_folder(self):
        scripts = [path for path in (ROOT / "scripts").iterdir() if "--help)" in path.read_text()]
        self.assertGreater(len(scripts), 3)
        for script in scripts:
            command = [f"{ROOT.name}/scripts/{script.name}", "--help"]
            self.assertIn(command[0].split("/", 1)[1], subprocess.check_output(command, cwd=ROOT.parent, text=True))

    def test_contributing_lists_every_script(self):
        text = (ROOT / "CONTRIBUTING.md").read_text()
        for script in (ROOT / "scripts").iterdir():
            if not script.suffix:
                self.assertIn(f"\n| `scripts/{script.name}` |", text)

    def test_the_readme_installs_what_the_table_of_the_scripts_names(self):
        (installed,) = re.findall(r"apt-get install -y ((?:\\\n|.)*)\n", (ROOT / "README.md").read_text())
        needed = {package for purposes, package in needs() if "build" in purposes}
        self.assertEqual(set(installed.replace("\\\n", " ").split()), needed | {"curl"})

    def test_scripts_require_purposes_that_the_table_has(self):
        known = {purpose for purposes, _ in needs() for purpose in purposes}
        scripts = [path for path in (ROOT / "scripts").iterdir() if not path.suffix]
        calls = [
            purpose
            for script in scripts
            for call in re.findall(r"\brequire ([a-z -]+)$|purposes\+?=\(([a-z -]+)\)", script.read_text(), re.MULTILINE)
            for purpose in " ".join(call).split()
        ]
        self.assertGreater(len(calls), 30)
        self.assertLessEqual(set(calls), known)
        self.assertLessEqual(known, set(calls))

    def test_hosted_ci_runs_each_script_of_the_local_ci(self):
        command = re.compile(r"scripts/[\w-]+(?: --[at]san)?")
        local = command.findall((ROOT / ".ci/run").read_text())
        hosted = command.findall((ROOT / ".github/workflows/ci.yml").read_text().split("matrix:")[1])
        self.assertGreater(len(local), 5)
        self.assertLessEqual(set(local), set(hosted))

    def test_build_commands_limit_the_number_of_jobs(self):
        # Without a number, make starts all compilers at the same time. They can need more memory than the machine has.
        for place in [*DOCUMENTS, ROOT / "examples/image_gallery/deploy/Dockerfile"]:
            self.assertNotRegex(place.read_text(), r"--parallel(?! (?:\d|\"\$))", place.name)

    def test_exposition_rules_have_the_numbers_from_1_without_an_unknown_gap(self):
        not_used = range(226, 230)
        rules = exposition_rules()
        self.assertGreater(len(rules), 0)
        self.assertEqual(rules, [n for n in range(1, rules[-1] + 1) if n not in not_used])

    def test_every_cited_exposition_rule_exists(self):
        rules = set(exposition_rules())
        citing = 0
        for file in FILES:
            numbers_in_file = cited(file.read_text(errors="replace"))
            citing += bool(numbers_in_file)
            self.assertEqual(numbers_in_file - rules, set(), f"{file.relative_to(ROOT)} cites unknown rules")
        self.assertGreater(citing, 0)

    def test_the_tests_of_every_exposition_rule_cite_it(self):
        rows = RULE_TESTS.findall((ROOT / "docs/compliance.md").read_text())
        self.assertEqual([number for row, _ in rows for number in numbers(row)], exposition_rules())
        texts = texts_of_tests()
        for row, tests in rows:
            citing = [text for text in texts if cited(text).issuperset(numbers(row))]
            for name in re.findall(r"`(?:\w+\.)?(\w+)`", tests):
                found = any(re.search(rf"\b{name}\b", text) for text in citing)
                self.assertTrue(found, f"no file below tests/ has the test {name} and cites the rules {row}")

    def test_the_tests_that_compliance_names_exist(self):
        names = TEST_NAME.findall((ROOT / "docs/compliance.md").read_text())
        self.assertGreater(len(names), 0)
        words = {word for text in texts_of_tests() for word in re.findall(r"\w+", text)}
        self.assertEqual([name for name in names if name not in words], [])

    def test_the_tests_throw_every_documented_exception(self):
        documented = set(THROWS.findall((ROOT / "docs/exceptions.md").read_text()))
        thrown = {(name, error) for text in texts_of_tests() for error, name in EXPECT_THROWS.findall(text)}
        self.assertGreater(len(thrown), 0)
        self.assertEqual(documented - thrown, NOT_TESTED)
        self.assertEqual(thrown - documented, set())


if __name__ == "__main__":
    unittest.main()
