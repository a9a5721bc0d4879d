"""Writes the measured part of a document, between two markers. The text around it is written by hand."""

BEGIN = "<!-- begin: scripts/bench -->\n"
END = "<!-- end: scripts/bench -->\n"


def write(path, text):
    """Replaces what is between the markers."""
    before, _, rest = path.read_text().partition(BEGIN)
    _, marker, after = rest.partition(END)
    if not marker:
        raise ValueError(f"{path} has no lines {BEGIN.strip()} and {END.strip()}")
    path.write_text(before + BEGIN + "\n" + text + "\n" + END + after)
