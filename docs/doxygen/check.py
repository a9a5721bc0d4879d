"""Checks the API reference that Doxygen wrote, and prints how many public names it documents: check.py OUTPUT ROOT

Fails and lists each place if
- a public name has no comment: a class, function, member, type alias, enumerator, or macro. Special member functions
  need none, because the comment of the class covers them;
- docs/exceptions.md does not name a function that can throw;
- Doxygen warns about something else, for example a reference to a name that does not exist;
- a link in the HTML pages has no target.
"""

import html.parser
import pathlib
import re
import sys
import xml.etree.ElementTree

CLASSES = {"class", "struct", "union", "concept"}
# check.py finds these names itself, because Doxygen does not warn about enumerators and warns about special members.
UNDOCUMENTED = re.compile(r": warning: (?:Compound|Member) .* is not documented\.$")


def is_documented(element):
    """Returns whether a class, a member, or an enumerator has a comment."""
    descriptions = (element.find(tag) for tag in ("briefdescription", "detaileddescription"))
    return any("".join(description.itertext()).strip() for description in descriptions)


def place_of(element):
    """Returns the file and the line that an element of the XML output comes from."""
    location = element.find("location")
    return f"{location.get('file')}:{location.get('line')}"


def is_special_member(scope, name, arguments):
    """Returns whether a member is a default constructor, a destructor, or copies or moves its class."""
    class_name = re.sub(r"<.*", "", scope.rsplit("::", 1)[-1])
    if name == f"~{class_name}":
        return True
    if name not in (class_name, "operator="):
        return False
    return arguments.startswith("()") or bool(re.match(rf"\((?:const )?{class_name} &&?\w*\)", arguments))


def public_names(xml_folder):
    """Yields place, name, and whether it is documented, for each public name that a comment must describe."""
    seen = set()
    for page in sorted(xml_folder.glob("*.xml")):
        for compound in xml.etree.ElementTree.parse(page).getroot().iter("compounddef"):
            scope = compound.findtext("compoundname")
            if compound.get("kind") in CLASSES and compound.get("prot") == "public":
                yield place_of(compound), scope, is_documented(compound)
            for member in compound.iter("memberdef"):
                name = member.findtext("name")
                if member.get("id") in seen or member.get("prot") != "public" or member.get("kind") == "friend":
                    continue
                seen.add(member.get("id"))
                if is_special_member(scope, name, member.findtext("argsstring") or ""):
                    continue
                qualified = name if compound.get("kind") == "file" else f"{scope}::{name}"
                yield place_of(member), qualified, is_documented(member)
                for value in member.iter("enumvalue"):
                    yield place_of(member), f"{qualified}::{value.findtext('name')}", is_documented(value)


def unlisted_functions(xml_folder, exceptions):
    """Returns a message for each public function that can throw and that the text about exceptions does not name."""
    unlisted = {}
    for page in sorted(xml_folder.glob("*.xml")):
        for member in xml.etree.ElementTree.parse(page).getroot().iter("memberdef"):
            name, arguments = member.findtext("name"), member.findtext("argsstring") or ""
            if member.get("kind") != "function" or member.get("prot") != "public":
                continue
            if "noexcept" in arguments or "=default" in arguments or "=delete" in arguments or not name.isidentifier():
                continue
            if not re.search(rf"\b{name}\b", exceptions):
                unlisted[name] = f"{place_of(member)}: docs/exceptions.md does not name {name}()"
    return list(unlisted.values())


class Page(html.parser.HTMLParser):
    """Collects the anchors and the links of a page."""

    def __init__(self, path):
        super().__init__()
        self.anchors, self.links = set(), set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        for key, value in attrs:
            if key in ("id", "name"):
                self.anchors.add(value)
            elif key in ("href", "src"):
                self.links.add(value)


def broken_links(html_folder):
    """Returns a message for each link inside the reference that has no target."""
    broken = {}
    pages = {path.name: Page(path) for path in sorted(html_folder.glob("*.html"))}
    for name, page in pages.items():
        for link in sorted(page.links):
            if re.match(r"[a-z]+:|//", link):
                continue
            file, _, anchor = link.partition("#")
            target = pages.get(file or name)
            if anchor not in target.anchors | {""} if target else not (html_folder / file).exists():
                broken.setdefault(link, f"{name}: the link '{link}' has no target")
    return list(broken.values())


def check(output, root, exceptions):
    """Returns the problems of a reference, and the public names that it documents. `exceptions` is a text."""
    log = (output / "warnings.log").read_text(encoding="utf-8").replace(f"{root}/", "")
    problems = [line for line in log.splitlines() if not UNDOCUMENTED.search(line)]
    names = set()
    for place, name, documented in public_names(output / "xml"):
        names.add(name)
        if not documented:
            problems.append(f"{place}: {name} has no comment")
    problems.extend(unlisted_functions(output / "xml", exceptions))
    problems.extend(broken_links(output / "html"))
    return list(dict.fromkeys(problems)), names


if __name__ == "__main__":
    top = pathlib.Path(sys.argv[2]).resolve()
    text = (top / "docs/exceptions.md").read_text(encoding="utf-8")
    problems, names = check(pathlib.Path(sys.argv[1]), top, text)
    if problems:
        sys.exit("\n".join(problems) + f"\nscripts/docs: {len(problems)} problems")
    if not names:
        sys.exit("scripts/docs: Doxygen found no public name")
    print(f"ok: {len(names)} public names are documented")
