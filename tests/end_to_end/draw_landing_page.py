#!/usr/bin/env python3
"""Takes a picture of a landing page, after watching it for some time. Needs Debian's packages chromium and pngquant.

  draw_landing_page.py http://127.0.0.1:9464/ dark.png --scheme dark --open http_requests_total
"""

import argparse
import pathlib
import subprocess
import time
import urllib.parse

import chromium

FILTER = """
{{ const input = document.getElementById("filter"); input.value = {!r}; input.dispatchEvent(new Event("input")); }}
"""
OPEN = "[...document.querySelectorAll('.metric button')].find((button) => button.textContent === {!r})?.click()"


def main():
    """Reads the command line and writes the picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url", help="of the page")
    parser.add_argument("file", type=pathlib.Path, help="the picture, a PNG")
    parser.add_argument("--scheme", choices=["light", "dark"], default="light", help="colours (light)")
    parser.add_argument("--seconds", type=float, default=120, help="how long to watch (120)")
    parser.add_argument("--filter", default="", help="the text of the filter")
    parser.add_argument("--open", metavar="FAMILY", help="the family whose series are shown")
    parser.add_argument("--host", metavar="NAME:PORT", help="shown instead of the real address")
    parser.add_argument("--width", type=int, default=1200, help="in pixels (1200)")
    parser.add_argument("--height", type=int, default=1000, help="in pixels (1000)")
    options = parser.parse_args()
    url = urllib.parse.urlsplit(options.url)
    host = options.host or url.netloc
    browser = chromium.Chromium(f"--host-resolver-rules=MAP {host} {url.netloc}")
    try:
        tab = browser.open("about:blank", width=options.width, height=options.height)
        tab.prefer(options.scheme)
        tab.load(url._replace(netloc=host).geturl())
        time.sleep(options.seconds)
        tab.evaluate(FILTER.format(options.filter))
        if options.open:
            tab.evaluate(OPEN.format(options.open))
            time.sleep(3)
        options.file.write_bytes(tab.screenshot())
    finally:
        browser.close()
    reduce = ["pngquant", "--force", "--strip", "--speed", "1", "--quality", "70-98", "--output"]
    subprocess.run([*reduce, options.file, options.file], check=True)


if __name__ == "__main__":
    main()
