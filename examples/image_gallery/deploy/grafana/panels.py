"""Dashboards as Grafana 10 reads them: panels, rows and variables."""

COLUMNS = 24
SOURCE = {"type": "prometheus", "uid": "${datasource}"}


class Panel:
    """One picture: its queries, and how Grafana draws them."""

    def __init__(self, kind, title, unit="short", options=None, custom=None, description=""):
        self.targets = []
        self._head = {"type": kind, "title": title, "datasource": SOURCE}
        if description:
            self._head["description"] = description
        defaults = {"unit": unit} | ({"custom": custom} if custom else {})
        self._tail = {"fieldConfig": {"defaults": defaults, "overrides": []}, "options": options or {}}

    def ask(self, expression, legend="__auto", **more):
        """Adds a query; returns the panel."""
        letter = chr(ord("A") + len(self.targets))
        self.targets.append({"refId": letter, "expr": expression, "legendFormat": legend, **more})
        return self

    def describe(self, text):
        """Sets the text that Grafana shows beside the title; returns the panel."""
        self._head["description"] = text
        return self

    def transform(self, **transformation):
        """Adds a transformation of the query results; returns the panel."""
        self._tail.setdefault("transformations", []).append(transformation)
        return self

    def json(self, number, place):
        """Returns the panel as Grafana reads it."""
        return {"id": number, **self._head, "gridPos": place, "targets": self.targets, **self._tail}


def graph(title, unit, query):
    """Returns lines over time."""
    options = {
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True},
        "tooltip": {"mode": "multi", "sort": "desc"},
    }
    custom = {"fillOpacity": 10, "lineWidth": 1, "showPoints": "never", "axisSoftMin": 0}
    return Panel("timeseries", title, unit, options, custom).ask(*query)


def stat(title, unit, expression):
    """Returns one number with a small graph behind it."""
    options = {"reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False}, "graphMode": "area"}
    return Panel("stat", title, unit, options).ask(expression)


def bars(title, query):
    """Returns a bar for each series."""
    options = {
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
        "orientation": "horizontal",
        "displayMode": "basic",
    }
    return Panel("bargauge", title, "short", options).ask(*query)


def heat_map(title, unit, expression, description):
    """Returns the heat map of a native histogram.

    The format is that of a time series: until Grafana 10.2, `heatmap` was for classic buckets alone.
    """
    options = {
        "calculate": False,
        "color": {"mode": "scheme", "scheme": "Oranges", "steps": 64},
        "yAxis": {"unit": unit, "axisPlacement": "left"},
        "legend": {"show": True},
    }
    return Panel("heatmap", title, unit, options, description=description).ask(expression, format="time_series")


def table(title, expression, labels):
    """Returns the labels of each series as a row: these, or all that are not Prometheus' own."""
    panel = Panel("table", title).ask(expression, format="table", instant=True)
    if labels:
        return panel.transform(id="filterFieldsByName", options={"include": {"names": labels}})
    hidden = {name: True for name in ("Time", "Value", "__name__")}
    return panel.transform(id="organize", options={"excludeByName": hidden})


class Layout:
    """Rows of panels, from left to right and from top to bottom."""

    def __init__(self):
        self.panels = []
        self._top = 0

    def heading(self, title):
        """Begins a row with its title."""
        place = {"h": 1, "w": COLUMNS, "x": 0, "y": self._top}
        row = {"id": len(self.panels) + 1, "type": "row", "title": title, "gridPos": place}
        self.panels.append(row | {"collapsed": False, "panels": []})
        self._top += 1

    def line(self, *panels, height=7):
        """Adds panels of equal width side by side. The last one gets the remainder."""
        width = COLUMNS // len(panels)
        for number, panel in enumerate(panels):
            left = number * width
            last = number == len(panels) - 1
            place = {"h": height, "w": COLUMNS - left if last else width, "x": left, "y": self._top}
            self.panels.append(panel.json(len(self.panels) + 1, place))
        self._top += height


def variable(name, query, regex="", many=False, label=""):
    """Returns a variable whose values Grafana queries whenever the time range changes."""
    return {
        "name": name,
        "type": "query",
        "datasource": SOURCE,
        "query": {"query": query, "refId": "StandardVariableQuery"},
        "regex": regex,
        "refresh": 2,
        "sort": 1,
    } | ({"label": label} if label else {}) | ({"multi": True, "includeAll": True, "allValue": ".+"} if many else {})


def dashboard(uid, title, layout, *variables):
    """Returns a whole dashboard. Its first variable is the data source."""
    source = {"name": "datasource", "label": "data source", "type": "datasource", "query": "prometheus", "refresh": 1}
    return {
        "uid": uid,
        "title": title,
        "tags": ["narthex"],
        "schemaVersion": 38,
        "editable": True,
        "graphTooltip": 1,
        "refresh": "10s",
        "time": {"from": "now-15m", "to": "now"},
        "templating": {"list": [source, *variables]},
        "panels": layout.panels,
    }
