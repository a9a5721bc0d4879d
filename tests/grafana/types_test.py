"""Checks the dashboards against the types of npm's @grafana/schema, with the TypeScript compiler.

Downloads the two packages with npm. Each panel is checked with the options of its own type, and its queries with the
type of a Prometheus query: in the type of a dashboard, these are maps of anything. A field that a type does not have is
an error. The tests also check that wrong fields and wrong values are reported, at each of these levels.
"""

import copy
import json
import pathlib
import re
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "examples/image_gallery/deploy"
DASHBOARDS = sorted((DEPLOY / "grafana/dashboards").glob("*.json"))
# The version of Grafana in the Dockerfile.
(GRAFANA,) = re.findall(r"^ARG GRAFANA=grafana/grafana:(\S+)$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
TYPESCRIPT = "5.4.5"
COMPOSABLE = "./node_modules/@grafana/schema/dist/esm/raw/composable"
# The module that has the types `Options` and `FieldConfig` of a type of panel.
PANEL_MODULES = {
    "bargauge": "bargauge/panelcfg/x/BarGaugePanelCfg_types.gen",
    "heatmap": "heatmap/panelcfg/x/HeatmapPanelCfg_types.gen",
    "stat": "stat/panelcfg/x/StatPanelCfg_types.gen",
    "table": "table/panelcfg/x/TablePanelCfg_types.gen",
    "timeseries": "timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen",
}
HAS_FIELD_CONFIG = {"heatmap", "timeseries"}
# JSON has the values of enumerators. All fields of a panel's options are optional: Grafana has defaults for them.
HEAD = """
import type { Dashboard, Panel, RowPanel } from '@grafana/schema';
import type { PrometheusDataQuery } from '%(composable)s/prometheus/dataquery/x/PrometheusDataQuery_types.gen';
%(imports)s
type Json<T> = unknown extends T ? T
  : T extends string ? `${T}`
  : T extends number ? (`${T}` extends `${infer N extends number}` ? N : T)
  : T extends object ? { [K in keyof T]: Json<T[K]> } : T;
type Deep<T> = T extends object ? { [K in keyof T]?: Deep<T[K]> } : T;
type Head = Omit<Dashboard, 'panels'>;
type Typed<Options, Custom> = Omit<Panel, 'options' | 'targets' | 'fieldConfig'> & {
  options: Deep<Options>;
  targets: PrometheusDataQuery[];
  fieldConfig: { defaults: Omit<NonNullable<Panel['fieldConfig']>['defaults'], 'custom'> & { custom?: Deep<Custom> };
                 overrides: [] };
};
"""


def constant(name, kind, value):
    """Returns the definition of a constant with a type, on lines of its own."""
    return f"export const {name}: Json<{kind}> = {json.dumps(value, indent=1)};\n"


def program(dashboard):
    """Returns a TypeScript program that compiles if the dashboard has the types of Grafana."""
    modules = PANEL_MODULES.items()
    imports = "".join(f"import type * as {kind} from '{COMPOSABLE}/{module}';\n" for kind, module in modules)
    head = {key: value for key, value in dashboard.items() if key != "panels"}
    parts = [HEAD % {"composable": COMPOSABLE, "imports": imports}, constant("dashboard", "Head", head)]
    for panel in dashboard["panels"]:
        kind = panel["type"]
        if kind == "row":
            typed = "RowPanel"
        else:
            custom = f"{kind}.FieldConfig" if kind in HAS_FIELD_CONFIG else "Record<string, never>"
            typed = f"Typed<{kind}.Options, {custom}>"
        parts.append(constant(f"panel{panel['id']}", typed, panel))
    return "".join(parts)


class GrafanaTypes(unittest.TestCase):
    """The files of the dashboards, and copies with mistakes."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="narthex-grafana-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        (cls.folder / "package.json").write_text('{"private": true}')
        packages = [f"@grafana/schema@{GRAFANA}", f"typescript@{TYPESCRIPT}"]
        command = ["npm", "install", "--no-audit", "--no-fund", "--loglevel=error", "--ignore-scripts", *packages]
        done = subprocess.run(command, cwd=cls.folder, capture_output=True, text=True, check=False, timeout=300)
        if done.returncode != 0:
            raise unittest.SkipTest(f"not run: npm cannot install {' '.join(packages)}: {done.stderr}")

    def errors(self, dashboards):
        """Returns what the compiler says about each of these dashboards, by name."""
        for name, dashboard in dashboards.items():
            (self.folder / f"{name}.ts").write_text(program(dashboard))
        options = ["--noEmit", "--strict", "--skipLibCheck", "--pretty", "false", "--target", "es2022"]
        options += ["--module", "es2022", "--moduleResolution", "bundler", *(f"{name}.ts" for name in dashboards)]
        command = ["node_modules/.bin/tsc", *options]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False, timeout=300)
        found = {name: [] for name in dashboards}
        for line in done.stdout.splitlines():
            match = re.match(r"(\w+)\.ts\(\d+,\d+\): error (.*)", line)
            if match:
                found[match[1]].append(match[2])
        self.assertEqual(done.returncode != 0, any(found.values()), done.stdout + done.stderr)
        return found

    def test_the_dashboards_have_the_types_of_grafana(self):
        dashboards = {file.stem: json.loads(file.read_text()) for file in DASHBOARDS}
        panels = sum(len(dashboard["panels"]) for dashboard in dashboards.values())
        self.assertEqual(self.errors(dashboards), {name: [] for name in dashboards})
        print(f"{len(dashboards)} dashboards with {panels} panels have the types of @grafana/schema {GRAFANA}")

    def test_a_mistake_at_any_level_is_reported(self):
        good = json.loads((DEPLOY / "grafana/dashboards/image_gallery.json").read_text())
        graph = next(index for index, panel in enumerate(good["panels"]) if panel["type"] == "timeseries")

        def change(*path, value):
            wrong = copy.deepcopy(good)
            place = wrong
            for key in path[:-1]:
                place = place[key]
            place[path[-1]] = value
            return wrong

        panel = ("panels", graph)
        wrong = {
            "field_of_the_dashboard": change("reload", value="10s"),
            "type_of_a_field": change("refresh", value=10),
            "variable": change("templating", "list", 0, "type", value="source"),
            "field_of_a_panel": change(*panel, "heading", value="Memory"),
            "place_of_a_panel": change(*panel, "gridPos", "w", value="6"),
            "option_of_a_panel": change(*panel, "options", "legend", "position", value="bottom"),
            "value_of_an_option": change(*panel, "options", "tooltip", "mode", value="several"),
            "way_to_draw": change(*panel, "fieldConfig", "defaults", "custom", "fillOpacity", value="10"),
            "field_of_a_query": change(*panel, "targets", 0, "expression", value="up"),
            "row": change("panels", 0, "collapsed", value="no"),
        }
        reported = self.errors(wrong)
        self.assertEqual([name for name, errors in reported.items() if not errors], [])
        for name, errors in reported.items():
            print(f"{name}: {errors[0]}")


if __name__ == "__main__":
    unittest.main(verbosity=2)
