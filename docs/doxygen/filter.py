"""Prints a header for Doxygen: the input filter of docs/doxygen/Doxyfile.

The comments of the public headers are plain text. Doxygen would join their lines into one paragraph, so that the filter
marks what is not running text. It keeps the number of lines, so that warnings name the right line.

    /// Thread safety: ...           begins a new line, with a bold label
    /// Example:                     a line that ends with a colon, followed by lines
    ///   requests.inc();            with two more spaces, is followed by code
"""

import re
import sys

EMPTY = re.compile(r"^ *///$")
LABEL = re.compile(r"^( *///) ((?:Values|Thread safety|Exceptions|Lifetime|Example):)")
INTRODUCES_CODE = re.compile(r"^ *///.*:$")
CODE = re.compile(r"^ *///   ")


def mark(lines):
    """Returns the lines of a header with Doxygen's commands added."""
    marked = []
    in_code = False
    for previous, line, following in zip(["", *lines], lines, [*lines[1:], ""]):
        end = ""
        if in_code and not CODE.match(following):
            in_code, end = False, " @endcode"
        elif not in_code:
            if INTRODUCES_CODE.match(line) and CODE.match(following):
                in_code, end = True, " @code{.cpp}"
            line = LABEL.sub(r"\1 **\2**" if EMPTY.match(previous) else r"\1 @n **\2**", line)
        marked.append(line + end)
    return marked


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as header:
        print("\n".join(mark(header.read().splitlines())))
