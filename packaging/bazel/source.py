"""Writes source.json for a version of the module in a registry.

    source.py VERSION_DIR [URL]

VERSION_DIR is modules/narthex/<version> of the registry, with the folder overlay/. URL replaces the address of the
archive.
"""

import base64
import hashlib
import json
import pathlib
import sys

if len(sys.argv) not in (2, 3):
    raise SystemExit(__doc__)
folder = pathlib.Path(sys.argv[1])
source = json.loads((pathlib.Path(__file__).parent / "source.json").read_text())
source["overlay"] = {
    file.name: "sha256-" + base64.b64encode(hashlib.sha256(file.read_bytes()).digest()).decode()
    for file in sorted((folder / "overlay").iterdir())
}
if len(sys.argv) == 3:
    source["url"] = sys.argv[2]
(folder / "source.json").write_text(json.dumps(source, indent=4) + "\n")
