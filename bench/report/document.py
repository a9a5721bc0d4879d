"""Writes the measured parts of a document, each between two markers. The text around them is written by hand."""


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
