"""Writes the measured parts of documents. The text around them is written by hand."""


def markers(command):
    """Returns the lines around the part that a command writes."""
    return f"<!-- begin: {command} -->\n", f"<!-- end: {command} -->\n"


def write(path, text, command="scripts/bench"):
    """Replaces what is between the markers of a command."""
    begin, end = markers(command)
    before, _, rest = path.read_text().partition(begin)
    _, marker, after = rest.partition(end)
    if not marker:
        raise ValueError(f"{path} has no lines {begin.strip()} and {end.strip()}")
    path.write_text(before + begin + "\n" + text + "\n" + end + after)


def update_rows(path, table):
    """Replaces the rows of a table that a document shows, perhaps with fewer columns. `table` begins with its heading."""
    heading, *rows = table
    measured = {row[0]: dict(zip(heading, row)) for row in rows}
    shown = []
    lines = path.read_text().splitlines(keepends=True)
    for number, line in enumerate(lines):
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|"):
            shown = []
        elif cells[0] == heading[0] and set(cells) <= set(heading):
            shown = cells
        elif shown and cells[0] in measured:
            lines[number] = f"| {' | '.join(measured[cells[0]][column] for column in shown)} |\n"
    path.write_text("".join(lines))
