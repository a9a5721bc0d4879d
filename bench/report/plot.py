"""Draws lines over two logarithmic axes as SVG, readable on light and on dark pages."""

import math
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 720, 400
LEFT, RIGHT, TOP, BOTTOM = 70, 180, 44, 52
LINE_HEIGHT = 16

STYLE = """
  text { font: 13px system-ui, sans-serif; fill: currentColor }
  svg { color: #1f2328 }
  .title { font-size: 15px; font-weight: 600 }
  .page { fill: #ffffff }
  .grid { stroke: #d8dee4 }
  .line { fill: none; stroke: currentColor; stroke-width: 2.2 }
  circle { fill: currentColor }
  .c0 { color: #c2410c } .c1 { color: #0b6bcb } .c2 { color: #7a3fb5 } .c3 { color: #19794a } .c4 { color: #6b7280 }
  @media (prefers-color-scheme: dark) {
    svg { color: #e6edf3 }
    .page { fill: #0d1117 }
    .grid { stroke: #30363d }
    .c0 { color: #fb923c } .c1 { color: #58a6ff } .c2 { color: #c297ff } .c3 { color: #4ac27f } .c4 { color: #9aa4b0 }
  }
"""


class Axis:
    """A logarithmic axis from `low` to `high`, drawn from `start` to `end`."""

    def __init__(self, low, high, start, end):
        self._low, self._high = math.log10(low), math.log10(high)
        self._start, self._end = start, end

    def __call__(self, value):
        part = (math.log10(value) - self._low) / (self._high - self._low)
        return round(self._start + part * (self._end - self._start), 1)


def decades(values):
    """Returns the powers of ten from below the least value to above the largest."""
    first, last = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return [10.0**exponent for exponent in range(first, max(last, first + 1) + 1)]


def apart(positions):
    """Returns the positions, moved down where two texts would overlap."""
    moved, floor = {}, -math.inf
    for index in sorted(range(len(positions)), key=positions.__getitem__):
        floor = max(positions[index], floor + LINE_HEIGHT)
        moved[index] = floor
    return [moved[index] for index in range(len(positions))]


def text(x, y, words, anchor="start", kind="label"):
    """Returns a text element."""
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}" class="{kind}">{escape(words)}</text>'


def grid(x, y, ticks_x, ticks_y):
    """Returns the lines and numbers behind the plot."""
    bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    parts = []
    for tick in ticks_y:
        parts.append(f'<path class="grid" d="M{LEFT} {y(tick)}H{right}"/>')
        parts.append(text(LEFT - 8, y(tick) + 4, f"{tick:,g}", "end"))
    for tick in ticks_x:
        parts.append(f'<path class="grid" d="M{x(tick)} {TOP}V{bottom}"/>')
        parts.append(text(x(tick), bottom + 18, f"{tick:,}", "middle"))
    return parts


def curves(x, y, lines):
    """Returns the lines, each with a dot at every point and its name at its end."""
    names_at = apart([y(points[-1][1]) for points in lines.values()])
    parts = []
    for number, ((name, points), name_at) in enumerate(zip(lines.items(), names_at)):
        path = "L".join(f"{x(across)} {y(up)}" for across, up in points)
        parts.append(f'<g class="c{number}"><path class="line" d="M{path}"/>')
        parts += [f'<circle cx="{x(across)}" cy="{y(up)}" r="3.5"/>' for across, up in points]
        parts.append(text(WIDTH - RIGHT + 12, name_at + 4, name) + "</g>")
    return parts


def svg(title, across, up, lines):
    """Returns a picture of the lines: names with their points (x, y)."""
    lines = {name: points for name, points in lines.items() if points}
    ticks_x = sorted({point[0] for points in lines.values() for point in points})
    ticks_y = decades([point[1] for points in lines.values() for point in points])
    x = Axis(ticks_x[0], ticks_x[-1], LEFT, WIDTH - RIGHT)
    y = Axis(ticks_y[0], ticks_y[-1], HEIGHT - BOTTOM, TOP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        f"<title>{escape(f'{title}: {up} by {across}')}</title>",
        f"<style>{STYLE}</style>",
        f'<rect class="page" width="{WIDTH}" height="{HEIGHT}" rx="6"/>',
        text(LEFT, 26, f"{title}, {up}", kind="title"),
        text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, across, "middle"),
        *grid(x, y, ticks_x, ticks_y),
        *curves(x, y, lines),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"
