"""Copies some images of a file of `docker save` to another file: some_images.py FROM TO IMAGE..."""

import io
import json
import sys
import tarfile


def main():
    """Reads the command line, and copies the layers that the images have."""
    source, target, *images = sys.argv[1:]
    tags = {f"{image}:latest" for image in images}
    with tarfile.open(source) as old, tarfile.open(target, "w") as new:
        manifest = json.load(old.extractfile("manifest.json"))
        kept = [entry for entry in manifest if tags & set(entry["RepoTags"])]
        if len(kept) != len(tags):
            sys.exit(f"'{source}' has {[entry['RepoTags'] for entry in manifest]}, not all of {sorted(tags)}")
        text = json.dumps(kept).encode()
        entry = tarfile.TarInfo("manifest.json")
        entry.size = len(text)
        new.addfile(entry, io.BytesIO(text))
        for name in sorted({name for image in kept for name in (image["Config"], *image["Layers"])}):
            member = old.getmember(name)
            new.addfile(member, old.extractfile(member))


if __name__ == "__main__":
    main()
