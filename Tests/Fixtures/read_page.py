"""Reads a page of `registry report` from standard input, strictly as XML and as browsers do as HTML, and prints what is in
it as JSON. Fails where it is not well-formed, or where the two readings differ."""
import html.parser
import json
import sys
import xml.etree.ElementTree


class Reader(html.parser.HTMLParser):
    """The elements with their attributes, and the text outside of the style sheet."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.elements, self.text, self.open = [], "", []

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, f"</{tag}> closes another element"

    def handle_data(self, data):
        if "style" not in self.open:
            self.text += data

    def handle_comment(self, data):
        raise AssertionError(f"a comment: {data}")


source = sys.stdin.buffer.read().decode("utf-8")
doctype, _, rest = source.partition("\n")
assert doctype == "<!DOCTYPE html>", doctype
root = xml.etree.ElementTree.fromstring(rest)
reader = Reader()
reader.feed(rest)
reader.close()
assert reader.open == [], reader.open
strict = [(element.tag.lower(), {name.lower(): value for name, value in element.attrib.items()})
          for element in root.iter()]
assert strict == reader.elements, "XML and HTML are read differently"
style = root.find("head/style").text
# A newline behind the last element is none of the document's.
assert "".join(root.itertext()).replace(style, "") == reader.text.removesuffix("\n"), "XML and HTML are read differently"
assert not any(element.tag.lower() in ("script", "img", "iframe", "object", "embed", "link", "base", "form")
               for element in root.iter()), "an element that runs or loads something"
print(json.dumps({
    "title": root.find("head/title").text, "lang": root.get("lang"), "text": reader.text, "style": style,
    "ids": [element.get("id") for element in root.iter() if element.get("id")],
    "links": [element.get("href") for element in root.iter("a")],
    "elements": sorted({element.tag for element in root.iter()}),
    "attributes": sorted({name for element in root.iter() for name in element.attrib}),
    "values": [value for element in root.iter() for value in element.attrib.values()],
    "metas": [element.attrib for element in root.iter("meta")],
    "syncs": ["".join(element.itertext()) for element in root.iter("li") if "sync" in (element.get("class") or "").split()],
    "tables": [{"caption": "".join(table.find("caption").itertext()),
                "columns": ["".join(cell.itertext()) for cell in table.findall("thead/tr/th[@scope='col']")],
                "rows": [["".join(cell.itertext()) for cell in row] for row in table.findall("tbody/tr")],
                "headed": all(row[0].tag == "th" and row[0].get("scope") == "row" for row in table.findall("tbody/tr"))}
               for table in root.iter("table")],
    "figures": [{"caption": "".join(figure.find("figcaption").itertext()), "charts": len(list(figure.iter("svg")))}
                for figure in root.iter("figure")],
    "charts": [dict(chart.attrib) for chart in root.iter("svg")],
    "sections": [section.get("aria-labelledby") for section in root.iter("section")],
}))
