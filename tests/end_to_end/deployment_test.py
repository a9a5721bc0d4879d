"""The configuration of Prometheus and Grafana in examples/image_gallery/deploy/, read by their own tools."""

import json
import os
import pathlib
import re
import sys
import tempfile

import yaml

import case
import expressions

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "examples/image_gallery/deploy"


class PrometheusConfiguration(case.ServicesTest):
    """The configuration and its rules checked by promtool, also rendered for one machine."""

    FOLDER = DEPLOY / "prometheus"
    RENDER = FOLDER / "render.py"

    def promtool(self, *words):
        return self.run_quietly(os.environ.get("PROMTOOL", "promtool"), *words)

    def render(self, *options):
        """Returns the configuration after promtool has accepted it."""
        printed = self.run_quietly(sys.executable, "-B", self.RENDER, *options)
        with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
            file.write(printed)
            file.flush()
            self.promtool("check", "config", file.name)
        return json.loads(printed)

    def test_promtool_accepts_the_configuration_of_the_containers(self):
        self.assertIn("2 rule files found", self.promtool("check", "config", self.FOLDER / "prometheus.yml"))

    def test_the_jobs_of_the_containers_are_the_documents(self):
        config = yaml.safe_load((self.FOLDER / "prometheus.yml").read_text())
        self.assertEqual(config["global"]["scrape_interval"], "10s")
        by_dns = {"names": ["accesslog"], "type": "A", "port": 80, "refresh_interval": "3s"}
        wanted = [
            {"job_name": "image-gallery", "static_configs": [{"targets": ["image-gallery:80"]}]},
            {
                "job_name": "iotd-api",
                "metrics_path": "/actuator/prometheus",
                "static_configs": [{"targets": ["iotd:80"]}],
            },
            {
                "job_name": "access-log",
                "scrape_interval": "3s",
                "scrape_timeout": "3s",
                "dns_sd_configs": [by_dns],
            },
            {"job_name": "docker", "static_configs": [{"targets": ["host.docker.internal:9323"]}]},
        ]
        self.assertEqual(config["scrape_configs"], wanted)

    def test_promtool_accepts_the_rules(self):
        rules = sorted(self.FOLDER.glob("rules/*.yml"))
        self.assertEqual(self.promtool("check", "rules", *rules).count("SUCCESS: "), len(rules))

    def test_every_alert_fires_when_it_should_and_only_then(self):
        self.assertIn("SUCCESS", self.promtool("test", "rules", self.FOLDER / "rules_test.yml"))

    def test_every_alert_is_among_those_that_fire_in_the_test(self):
        tests = yaml.safe_load((self.FOLDER / "rules_test.yml").read_text())["tests"]
        (fires,) = [test for test in tests if test["name"] == "Every alert fires above the limits"]
        fired = [sample["labels"] for sample in fires["promql_expr_test"][0]["exp_samples"]]
        files = [yaml.safe_load(file.read_text()) for file in self.FOLDER.glob("rules/*.yml")]
        rules = [rule for file in files for group in file["groups"] for rule in group["rules"]]
        alerts = [(rule["alert"], rule["labels"]["severity"]) for rule in rules if "alert" in rule]
        named = [f'{{alertname="{alert}", severity="{severity}"}}' for alert, severity in alerts]
        self.assertEqual(sorted(fired), sorted(named))

    def test_on_one_machine_the_same_jobs_have_other_targets(self):
        config = self.render()
        self.assertEqual(config["global"]["scrape_interval"], "10s")
        self.assertEqual(config["rule_files"], [str(self.FOLDER / "rules/*.yml")])
        self.assertEqual(
            config["scrape_configs"],
            [
                {"job_name": "image-gallery", "static_configs": [{"targets": ["127.0.0.1:8010"]}]},
                {
                    "job_name": "iotd-api",
                    "metrics_path": "/actuator/prometheus",
                    "static_configs": [{"targets": ["127.0.0.1:8011"]}],
                },
                {
                    "job_name": "access-log",
                    "scrape_interval": "10s",
                    "scrape_timeout": "10s",
                    "static_configs": [{"targets": ["127.0.0.1:8012"]}],
                },
            ],
        )

    def test_on_one_machine_the_configuration_requests_native_histograms_of_servers_that_know_the_key(self):
        for options, wanted in (((), None), (("--server", "3.7"), None), (("--server", "3.10.1"), True)):
            # Not by self.render(): an older promtool refuses the key.
            config = json.loads(self.run_quietly(sys.executable, "-B", self.RENDER, *options))
            self.assertEqual(config["global"].get("scrape_native_histograms"), wanted, options)

    def test_on_one_machine_dns_can_name_the_access_logs(self):
        config = self.render("--access-log-dns", "logs.test:99", "--dns-refresh", "1s", "--interval", "2s")
        self.assertEqual(
            config["scrape_configs"][2],
            {
                "job_name": "access-log",
                "scrape_interval": "2s",
                "scrape_timeout": "2s",
                "dns_sd_configs": [{"names": ["logs.test"], "type": "A", "port": 99, "refresh_interval": "1s"}],
            },
        )

    def test_on_one_machine_everything_can_be_elsewhere(self):
        replicas = ["127.0.0.11:1", "127.0.0.12:2"]
        words = [word for replica in replicas for word in ("--access-log", replica)]
        words += ["--image-gallery", "[::1]:3", "--iotd-api", "127.0.0.1:4", "--docker", "127.0.0.1:5"]
        config = self.render(*words, "--interval", "4s", "--access-log-interval", "1s", "--rules", "/nowhere/*.yml")
        targets = {
            job["job_name"]: (job.get("scrape_interval"), job["static_configs"][0]["targets"])
            for job in config["scrape_configs"]
        }
        wanted = {
            "image-gallery": (None, ["[::1]:3"]),
            "iotd-api": (None, ["127.0.0.1:4"]),
            "access-log": ("1s", replicas),
            "docker": (None, ["127.0.0.1:5"]),
        }
        self.assertEqual(targets, wanted)
        self.assertEqual(config["rule_files"], ["/nowhere/*.yml"])

    def test_a_name_without_its_port_is_quoted(self):
        status, _, errors = self.run_program(sys.executable, "-B", self.RENDER, "--access-log-dns", "accesslog")
        self.assertEqual(status, 2)
        self.assertIn("'accesslog': wanted is NAME:PORT", errors)


class GrafanaDashboards(case.ServicesTest):
    """The provisioning files of Grafana."""

    FOLDER = DEPLOY / "grafana"

    def dashboards(self):
        return [json.loads(file.read_text()) for file in sorted(self.FOLDER.glob("dashboards/*.json"))]

    def test_the_files_are_what_the_script_writes(self):
        with tempfile.TemporaryDirectory() as folder:
            self.run_quietly(sys.executable, "-B", self.FOLDER / "dashboards.py", folder)
            made = {file.name: file.read_text() for file in pathlib.Path(folder).iterdir()}
        kept = {file.name: file.read_text() for file in self.FOLDER.glob("dashboards/*.json")}
        self.assertEqual(made, kept, "run dashboards.py dashboards")

    def test_the_rows_of_the_gallery_show_its_services_and_the_engine_as_the_documents_do(self):
        rows = {}
        for panel in self.dashboards()[0]["panels"]:
            if panel["type"] == "row":
                rows[panel["title"]] = titles = []
            else:
                titles.append(panel["title"])
        process = ["Memory", "Threads"]
        loads = [f"Loads from the {place}" for place in ("source", "cache")]
        of_engine = [f"{what} of the engine" for what in ("Memory", "Goroutines")]
        logs = ["Logs by container", "Client addresses now", "Memory by container", "Open file descriptors"]
        wanted = {
            "Image Gallery": ["Responses: code 200", "Requests in flight", *process],
            "Image of the Day API": ["Requests of /image", *loads, *process],
            "Access Log": logs,
            "Docker": ["Containers by state", "Failed health checks", "Engine", *of_engine],
        }
        self.assertEqual(rows, wanted)

    def test_every_provisioning_file_is_of_the_first_version(self):
        files = [yaml.safe_load(file.read_text()) for file in self.FOLDER.glob("provisioning/*/*.yml")]
        self.assertEqual([file["apiVersion"] for file in files], [1, 1])

    def test_no_panel_lies_on_another_or_beside_the_page(self):
        for dashboard in self.dashboards():
            taken = set()
            for panel in dashboard["panels"]:
                place = panel["gridPos"]
                across = range(place["x"], place["x"] + place["w"])
                down = range(place["y"], place["y"] + place["h"])
                cells = {(x, y) for x in across for y in down}
                with self.subTest(dashboard["title"], panel=panel["title"]):
                    self.assertLessEqual(across.stop, 24)
                    self.assertFalse(taken & cells)
                taken |= cells

    def test_every_variable_that_is_asked_with_is_one_of_the_dashboard(self):
        for dashboard in self.dashboards():
            known = {variable["name"] for variable in dashboard["templating"]["list"]} | {"__rate_interval"}
            used = set(re.findall(r"\$\{?(\w+)", json.dumps(dashboard)))
            self.assertLessEqual(used, known, dashboard["title"])

    def test_the_data_source_is_the_prometheus_of_the_compose_file(self):
        (source,) = yaml.safe_load((self.FOLDER / "provisioning/datasources/prometheus.yml").read_text())["datasources"]
        self.assertEqual(
            {key: source[key] for key in ("type", "access", "url", "isDefault")},
            {"type": "prometheus", "access": "proxy", "url": "http://prometheus:9090", "isDefault": True},
        )
        scraped = yaml.safe_load((DEPLOY / "prometheus/prometheus.yml").read_text())["global"]["scrape_interval"]
        self.assertEqual(source["jsonData"], {"timeInterval": scraped})

    def test_the_dashboards_are_where_the_provider_looks(self):
        (provider,) = yaml.safe_load((self.FOLDER / "provisioning/dashboards/files.yml").read_text())["providers"]
        self.assertEqual((provider["type"], provider["options"]["path"]), ("file", "/var/lib/grafana/dashboards"))


class MadePrometheus:
    """A fake Prometheus with two jobs. A query has a result unless it names a missing metric."""

    def __init__(self, rules=()):
        self._rules = [{"health": "ok", "type": "alerting", "name": "alert", "query": rule} for rule in rules]

    def get(self, path, **parameters):
        """Answers the requests of the HTTP API that the test sends."""
        if path == "series":
            return [{"job": "a"}, {"job": "b"}]
        if path == "label/__name__/values":
            return ["a_total", "http_a_total", "job:a_total:rate5m"]
        if path == "rules":
            return {"groups": [{"rules": self._rules}]}
        query = parameters["query"]
        if "$" in query:
            raise AssertionError(f"Prometheus knows no variables: {query}")
        return {"result": [] if "missing" in query else [{}]}


class Expressions(case.ServicesTest):
    """The check of all queries finds exactly the queries without results."""

    DASHBOARD = {
        "templating": {
            "list": [
                {"name": "datasource", "type": "datasource"},
                {"name": "job", "type": "query", "query": {"query": "label_values(up, job)"}, "regex": ""},
            ]
        }
    }

    def answers(self, expression, panel="timeseries"):
        dashboard = self.DASHBOARD | {"panels": [{"type": panel, "title": "T", "targets": [{"expr": expression}]}]}
        return expressions.of_dashboard(MadePrometheus(), "D", dashboard)

    def test_each_query_is_asked_with_every_value_of_the_variables(self):
        answers = self.answers('up{job="$job"}[$__rate_interval]')
        self.assertEqual(answers[0].results, {"a": 1, "b": 1})
        self.assertEqual(expressions.unanswered(answers), [])

    def test_a_query_without_data_for_one_of_them_is_found(self):
        for expression in ("missing", 'x{job="$job"} missing'):
            self.assertEqual(expressions.unanswered(self.answers(expression)), [("D: T", expression)])

    def test_what_is_said_to_be_absent_and_the_engine_may_have_no_data(self):
        self.assertEqual(expressions.unanswered(self.answers("missing_x"), absent=["missing_"]), [])
        self.assertEqual(expressions.unanswered(self.answers('missing{job="docker"}')), [])

    def test_a_name_that_does_not_exist_is_found_also_where_something_else_is_returned(self):
        asked = [
            'sum by (job_name) (rate(a_total{label_b="x"}[5m])) / on(job_name) (clamp_min(b_total, 0) > 0) or 0 * up',
            "(${prefix}_a_total unless ${prefix}_c_total offset 5m) or job:a_total:rate5m or d_total",
            'e_total{job="docker"}',
        ]
        answers = [expressions.Answer("T", expression, {"": 1}) for expression in asked]
        unheard_of = expressions.unheard_of(MadePrometheus(), answers, absent=["d_total"])
        self.assertEqual(unheard_of, [f"{expressions.PREFIX}_c_total", "b_total"])

    def test_of_an_alert_that_is_asked_which_it_compares(self):
        conditions = ["up == 0", 'absent(up{job="a"})', "sum(x) / sum(y) > 0.25", "missing != 1"]
        answers = expressions.of_rules(MadePrometheus(conditions))
        asked = [answer.expression for answer in answers]
        self.assertEqual(asked, ["up", 'up{job="a"}', "sum(x) / sum(y)", "missing"])
        self.assertEqual(expressions.unanswered(answers), [("rule alert", "missing")])


if __name__ == "__main__":
    case.main()
