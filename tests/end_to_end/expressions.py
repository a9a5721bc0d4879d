"""Sends every expression of the dashboards and the rules to a Prometheus, and prints the number of results of each."""

import collections
import itertools
import json
import pathlib
import re

DASHBOARDS = pathlib.Path(__file__).resolve().parents[2] / "examples/image_gallery/deploy/grafana/dashboards"
PREFIX = "PREFIX_OF_HTTP_METRICS"
WINDOW = "1m"  # what Grafana would put in for $__rate_interval, about

# `results` are by the job that the dashboard was set to; "" where it has no such choice.
Answer = collections.namedtuple("Answer", "place expression results")


def selected_values(prometheus, query, pattern):
    """Returns the values of a variable: the result of Grafana's label_values(SERIES, LABEL), filtered by its regex."""
    series, label = re.fullmatch(r"label_values\((.*), (\w+)\)", query).groups()
    values = {labels[label] for labels in prometheus.get("series", **{"match[]": series}) if label in labels}
    if pattern:
        found = (re.fullmatch(pattern.strip("/"), value) for value in values)
        values = {match[1] for match in found if match}
    return sorted(values)


def filled_in(text, choice):
    """Returns a text with the variables of a dashboard replaced."""
    text = text.replace("$__rate_interval", WINDOW)
    for name, value in choice.items():
        text = text.replace(f"${{{name}}}", value).replace(f"${name}", value)
    return text


def choices(prometheus, dashboard):
    """Returns all settings of a dashboard's variables, as {name: value}; the ones for many take everything."""
    found = [{}]
    for variable in dashboard["templating"]["list"]:
        if variable["type"] == "datasource":
            continue
        grown = []
        for choice in found:
            query = filled_in(variable["query"]["query"], choice)
            values = selected_values(prometheus, query, variable["regex"])
            if variable.get("includeAll") and values:
                values = [variable["allValue"]]
            grown += [choice | {variable["name"]: value} for value in values]
        found = grown
    return found


def count(prometheus, expression):
    """Returns how many results the expression has now."""
    return len(prometheus.get("query", query=expression)["result"])


def of_dashboard(prometheus, name, dashboard):
    """Returns the answers to every query of a dashboard, with its variables set in every way."""
    settings = choices(prometheus, dashboard)
    answers = []
    for panel, target in ((panel, target) for panel in dashboard["panels"] for target in panel.get("targets", [])):
        results = {c.get("job", ""): count(prometheus, filled_in(target["expr"], c)) for c in settings}
        if panel["type"] == "heatmap":  # of native histograms, which not every service has
            results = {job: number for job, number in results.items() if number} or results
        answers.append(Answer(f"{name}: {panel['title']}", target["expr"], results))
    return answers


def left_side(condition):
    """Returns the left side of the comparison of an alert."""
    inner = re.fullmatch(r"absent\((.*)\)", condition)
    return inner[1] if inner else re.sub(r" [=<>!]=? [\d.]+$", "", condition)


def of_rules(prometheus):
    """Returns the answers to the expressions of all rules that Prometheus has loaded."""
    groups = prometheus.get("rules")["groups"]
    answers = []
    for rule in itertools.chain.from_iterable(group["rules"] for group in groups):
        if rule["health"] == "err":
            raise AssertionError(f"the rule {rule['name']} fails: {rule['lastError']}")
        asked = left_side(rule["query"]) if rule["type"] == "alerting" else rule["query"]
        answers.append(Answer(f"rule {rule['name']}", asked, {"": count(prometheus, asked)}))
    return answers


def ask(prometheus):
    """Returns the answers to everything that the dashboards and the rules ask."""
    answers = []
    for file in sorted(DASHBOARDS.glob("*.json")):
        answers += of_dashboard(prometheus, file.stem, json.loads(file.read_text()))
    return answers + of_rules(prometheus)


def unanswered(answers, absent=()):
    """Returns the place and the expression of those without data.

    The ones about the Docker engine, and about what is known to be `absent` here, may have none.
    """
    silent = [answer for answer in answers if not answer.results or not all(answer.results.values())]
    missing = ('job="docker"', *absent)
    return [
        (answer.place, answer.expression)
        for answer in silent
        if not any(word in answer.expression for word in missing)
    ]


def names(expression):
    """Returns the names of the metrics in an expression: all words with a _ or a : that are not called or labels."""
    bare = expression.replace("${prefix}", PREFIX)
    bare = re.sub(r"{[^}]*}|\[[^]]*\]|\b(by|without|on)\s*\([^)]*\)", " ", bare)
    words = re.findall(r"([a-zA-Z_:][\w:]*)\s*(\(?)", bare)
    return {word for word, call in words if not call and ("_" in word or ":" in word)}


def unheard_of(prometheus, answers, absent=()):
    """Returns the metric names in queries that Prometheus does not have: an `or` with a zero hides them.

    Those of the Docker engine, and what is known to be `absent` here, are left out.
    """
    known = prometheus.get("label/__name__/values")
    asked = set().union(*(names(answer.expression) for answer in answers if 'job="docker"' not in answer.expression))
    return sorted(
        name
        for name in asked
        if not any(re.fullmatch(name.replace(PREFIX, r"\w+"), one) for one in known)
        and not any(word in name for word in absent)
    )


def table(answers):
    """Returns the list of all expressions with the number of their results, as text."""
    lines = []
    for place, expression, results in answers:
        numbers = ", ".join(f"{job} {number}".strip() for job, number in results.items()) or "0"
        lines.append(f"{place}\n    {expression}\n    -> {numbers}")
    return "\n".join(lines)
