"""The table shows the figures, and the document keeps its hand-written text."""

import pathlib
import tempfile
import unittest
from xml.etree import ElementTree

import cost
import document
import languages
import layer
import plot
import programs
import table
import targets


def results(figures):
    """Returns results with these figures."""
    made = programs.Results()
    for name, repetitions in figures.items():
        for figure in repetitions:
            made.add(name, figure)
    return made


class ReportTest(unittest.TestCase):
    ROW = targets.Row("add", "add/{}/threads:2", (targets.times_limit(1.2), targets.faster(10)))

    def line(self, ours, peer=100):
        figures = {
            "add/narthex/threads:2": ours,
            "add/prometheus_cpp/threads:2": [peer],
            "add/limit/threads:2": [5],
            "add/control/threads:1": [4],
            "add/control/threads:2": [5],
        }
        return table.cells([self.ROW], results(figures))[1]

    def test_a_line_has_medians_and_their_ratios(self):
        self.assertEqual(
            self.line([6, 5, 8]),
            ["add", "6.00 ns", "50 %", "100 ns", "16.7", "5.00 ns", "1.20", "1.25", "<= 1.2 limit, gain >= 10", "yes"],
        )

    def test_one_target_that_is_missed_is_enough(self):
        self.assertEqual(self.line([6.1])[-1], "no")
        self.assertEqual(self.line([6], peer=59)[-1], "no")

    def test_a_row_tells_why_it_has_no_limit(self):
        row = targets.Row("add", "add/{}", (targets.faster(10),), limitless="its input differs")
        self.assertEqual(
            table.cells([row], results({"add/narthex": [5], "add/prometheus_cpp": [60]}))[1],
            ["add", "5.00 ns", "0 %", "60.0 ns", "12.0", "", "", "", "gain >= 10, no limit: its input differs", "yes"],
        )

    def test_rows_that_were_not_measured_are_left_out(self):
        self.assertEqual(table.cells([self.ROW], results({"other/narthex": [1]})), [table.COLUMNS])

    def test_two_threads_are_granted_what_the_control_loop_lost(self):
        row = targets.Row("add", "add/{}/threads:2", (targets.like_one_thread("add", 1.2),))
        figures = {"add/narthex/threads:1": [10], "add/control/threads:1": [4]}
        for control, ours, verdict in ((4, 12, "yes"), (4, 12.1, "no"), (6, 18, "yes"), (3, 12, "yes")):
            figures |= {"add/narthex/threads:2": [ours], "add/control/threads:2": [control]}
            self.assertEqual(table.cells([row], results(figures))[1][-1], verdict)

    def test_every_case_of_a_row_has_a_place_for_the_client(self):
        for row in targets.ROWS + layer.ROWS:
            self.assertIn("/{}", row.case)
            self.assertIn(row.unit, table.UNITS)

    def test_clients_of_other_languages_stand_side_by_side(self):
        made = results({"counter_inc/narthex/threads:1": [3], "counter_inc/prometheus_cpp/threads:1": [5, 6, 4]})
        programs.add_rival("rust_prometheus", "counter_inc/threads:1 4.5\ntext_counters/series:10000 120\n", made)
        programs.add_rival("rust_prometheus", "counter_inc/threads:1 5.5\n", made)
        rows = languages.cells(made)
        self.assertEqual(rows[0], ["operation", "narthex", "prometheus-cpp", "rust-prometheus", "client_golang"])
        self.assertEqual(rows[1], ["counter +1, 1T", "3.00 ns ± 0 %", "5.00 ns ± 20 %", "5.00 ns ± 10 %", ""])
        self.assertEqual(rows[-1], ["text sample, 10k", "", "", "120 ns ± 0 %", ""])
        self.assertIn("| --- | ---: | ---: | ---: | ---: |\n| counter +1, 1T | 3.00 ns", languages.markdown(rows))

    def test_the_layer_stands_beside_prometheus_cpp(self):
        case = "text_counters/{}/series:10000"
        figures = {"layer": [50, 40, 45], "layer_exposer": [5], "prometheus_cpp": [90]}
        rows = layer.cells(results({case.format(client): figure for client, figure in figures.items()}))
        self.assertEqual(
            rows[1:],
            [
                ["text sample, 10k", "45.0 ns", "22 %", "90.0 ns", "2.00"],
                ["text sample, 10k, as the Exposer serves it", "5.00 ns", "0 %", "90.0 ns", "18.0"],
            ],
        )
        self.assertIn("| --- | ---: | ---: | ---: | ---: |\n| text sample, 10k | 45.0 ns", layer.markdown(rows))

    def test_the_layer_is_measured_where_its_table_has_a_row(self):
        full = programs.Effort(1, 0.1, layer.WITHOUT_ROW)
        alone = programs.Effort(1, 0.1, layer.OTHERS)
        for name, in_full, in_alone in (
            ("gauge_inc/layer/threads:2", True, True),
            ("gauge_inc/prometheus_cpp/threads:2", True, True),
            ("gauge_inc/narthex/threads:2", True, False),
            ("gauge_by_1/layer/threads:2", False, False),
            ("gauge_by_1/prometheus_cpp/threads:2", True, False),
            ("memory_peak/layer", False, False),
        ):
            self.assertEqual((full.includes(name), alone.includes(name)), (in_full, in_alone), name)

    def test_gauges_are_measured_more_often_in_the_same_time(self):
        effort = programs.Effort(5, 0.2, "")
        self.assertEqual(effort.of("counter_inc"), (5, 0.2))
        self.assertEqual(effort.of("gauge_by_1"), (50, 0.02))

    def test_the_cost_stands_beside_prometheus_cpp(self):
        figures = {
            "include_g++/narthex": [900, 700, 800],
            "include_g++/prometheus_cpp": [600, 500, 550],
            "include_g++/needed": [650],
            "text_http/narthex": [900_500],
            "text_http/prometheus_cpp": [182_000],
            "bss_http/narthex": [2_700_000],
            "bss_http/prometheus_cpp": [24],
        }
        rows = cost.cells(results(figures))
        self.assertEqual(
            rows[1:],
            [
                ["include, g++", "800 ms", "550 ms", "1.45", "ratio <= 2", "yes"],
                ["only the standard library, g++", "650 ms", "", "", "", ""],
                ["text, HttpExporter", "900 kB", "182 kB", "4.95", "<= 800 kB", "no"],
                ["bss, HttpExporter", "2,700 kB", "0 kB", "", "", ""],
            ],
        )
        self.assertIn("| --- | ---: | ---: | ---: | --- | --- |\n| include, g++ | 800 ms", cost.markdown(rows))

    def test_the_size_of_a_program_needs_the_program(self):
        text, bss = cost.size_of("/bin/true")
        self.assertGreater(text, bss)
        with self.assertRaises(programs.ProgramError):
            cost.size_of("/bin/missing")

    def test_a_line_that_is_not_a_figure_is_an_error(self):
        with self.assertRaises(ValueError):
            programs.add_rival("client_golang", "panic: no counter\n", results({}))

    def test_a_missing_program_is_an_error(self):
        with tempfile.TemporaryDirectory() as folder, self.assertRaises(programs.ProgramError):
            programs.run_rivals(pathlib.Path(folder), programs.Effort(1, 0.1, ""), results({}))

    def test_google_benchmark_counts_time_for_all_threads(self):
        entry = {"time_unit": "us", "real_time": 2, "threads": 4}
        self.assertEqual(programs.nanoseconds(entry, cores=2), 4000)
        self.assertEqual(programs.short_name("a/narthex/series:10/iterations:5/real_time"), "a/narthex/series:10")

    def test_a_document_keeps_what_stands_around_the_figures(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "page.md")
            begin, end = document.markers("scripts/bench")
            other = "".join(document.markers("scripts/bench --cost"))
            path.write_text("before\n" + begin + "old\n" + end + other)
            document.write(path, "new\n")
            self.assertEqual(path.read_text(), "before\n" + begin + "\nnew\n\n" + end + other)
            path.write_text("no markers\n")
            with self.assertRaises(ValueError):
                document.write(path, "new\n")

    def test_a_document_shows_some_rows_with_some_columns(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "page.md")
            rows = [["operation", "narthex", "gain", "met"], ["set, 1T", "2 ns", "3.00", "yes"], ["inc", "4 ns", "5.00", ""]]
            page = "| operation | gain |\n| --- | ---: |\n| inc | {} |\n\n| option | inc |\n| --- | --- |\n| inc | 1 |\n"
            path.write_text(page.format("1.00"))
            document.update_rows(path, rows)
            self.assertEqual(path.read_text(), page.format("5.00"))

    def test_a_figure_is_xml_with_a_curve_and_a_name_for_each_line(self):
        picture = ElementTree.fromstring(plot.svg("A < B", "x", "y", {"one": [(1, 5), (10, 7)], "none": []}))
        svg = "{http://www.w3.org/2000/svg}"
        self.assertEqual(len(picture.findall(f"{svg}g")), 1)
        self.assertIn("one", [text.text for text in picture.iter(f"{svg}text")])

    def test_names_of_curves_do_not_lie_on_each_other(self):
        self.assertEqual(plot.apart([100, 101, 50]), [100, 116, 50])


if __name__ == "__main__":
    unittest.main()
