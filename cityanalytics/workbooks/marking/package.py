"""The parts of an .xlsx, .xlsm, .xltx or .xltm, what they relate to, and what kinds they are declared to be."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from xml.sax.saxutils import quoteattr

from cityanalytics.workbooks.limits import unpacked
from cityanalytics.workbooks.marking.bytexml import UnusualError, appended, edited, markup, scan

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#: The same in a workbook saved as strict Open XML.
STRICT_MAIN = "http://purl.oclc.org/ooxml/spreadsheetml/main"
STRICT_RELATIONS = "http://purl.oclc.org/ooxml/officeDocument/relationships"
KINDS = "application/vnd.openxmlformats-officedocument.spreadsheetml."
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES, _WORKBOOK = "[Content_Types].xml", "xl/workbook.xml"
#: What the declared kind of the workbook asks of the file's name.
_SUFFIXES = {
    b"macroEnabledTemplate.main+xml": ".xltm",
    b"macroEnabled.main+xml": ".xlsm",
    b"template.main+xml": ".xltx",
}


class Package:
    """The parts of a package while they are patched: with `Looks`, the values here that change.

    Parameters
    ----------
    parts
        Bytes by the part's name, in the order of the file.
    """

    def __init__(self, content: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            self.parts = {info.filename: unpacked(package, info.filename) for info in package.infolist()}
        strict = b"purl.oclc.org/ooxml" in self.parts[_WORKBOOK]
        self.main = STRICT_MAIN if strict else MAIN
        self.relations = STRICT_RELATIONS if strict else RELATIONS

    @property
    def suffix(self) -> str:
        """The suffix that the file's name must have."""
        kinds = self.parts[_TYPES]
        return next((suffix for kind, suffix in _SUFFIXES.items() if kind in kinds), ".xlsx")

    def sheets(self) -> dict[str, str]:
        """Return the parts of the sheets by their names."""
        related = self.related(_WORKBOOK)
        found = {}
        for element in scan(self.parts[_WORKBOOK]).child("sheets").children:
            kind, part = related.get(element.relation(), ("", ""))
            if kind == "worksheet" and part in self.parts:
                found[element.attributes["name"]] = part
        return found

    def names(self) -> list[str]:
        """Return the names of all sheets, charts included."""
        return [one.attributes["name"] for one in scan(self.parts[_WORKBOOK]).child("sheets").children]

    def add_sheet(self, name: str) -> str:
        """Make a sheet after the others, and return its part, which is empty."""
        part = self.add("xl/worksheets/sheet{}.xml", b"", f"{KINDS}worksheet+xml")
        key = self.relate(_WORKBOOK, "worksheet", part)
        xml = self.parts[_WORKBOOK]
        held = scan(xml).child("sheets")
        number = max(int(one.attributes["sheetId"]) for one in held.children) + 1
        sheet = (
            f'<{held.prefix}sheet name={quoteattr(name)} sheetId="{number}" '
            f'xmlns:r="{self.relations}" r:id="{key}"/>'
        )
        self.parts[_WORKBOOK] = edited(xml, appended(xml, held, markup(sheet)))
        return part

    def styles(self) -> str:
        """Return the part of the styles; a workbook without one gets the least that a program takes."""
        part = dict(self.related(_WORKBOOK).values()).get("styles", "")
        if part not in self.parts:
            text = (
                f'{HEAD}<styleSheet xmlns="{self.main}"><fonts count="1"><font/></fonts><fills count="2">'
                '<fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
                '</fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
                '<cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs>'
                "</styleSheet>"
            )
            part = self.add("xl/styles{}.xml", markup(text), f"{KINDS}styles+xml")
            self.relate(_WORKBOOK, "styles", part)
        return part

    def related(self, part: str) -> dict[str, tuple[str, str]]:
        """Return what a part relates to inside the package: id to kind and part."""
        xml = self.parts.get(_rels(part))
        if xml is None:
            return {}
        folder = "/" + posixpath.dirname(part)
        return {
            one.attributes["Id"]: (
                one.attributes["Type"].rpartition("/")[2],
                posixpath.normpath(posixpath.join(folder, one.attributes["Target"]))[1:],
            )
            for one in scan(xml).children
            if one.attributes.get("TargetMode") != "External"
        }

    def relate(self, part: str, kind: str, target: str) -> str:
        """Relate a part to another one, and return the relation's id."""
        rels = _rels(part)
        xml = self.parts.get(rels) or markup(f'{HEAD}<Relationships xmlns="{_PACKAGE}"/>')
        root = scan(xml)
        taken = {one.attributes.get("Id") for one in root.children}
        key = next(f"rId{n}" for n in range(1, len(taken) + 2) if f"rId{n}" not in taken)
        relation = (
            f'<{root.prefix}Relationship Id="{key}" Type="{self.relations}/{kind}" Target="/{target}"/>'
        )
        self.parts[rels] = edited(xml, appended(xml, root, markup(relation)))
        return key

    def unrelate(self, part: str) -> None:
        """Leave out all that a part relates to."""
        self.parts.pop(_rels(part), None)

    def add(self, pattern: str, content: bytes, kind: str) -> str:
        """Add a part under the first free number, declare its kind, and return its name."""
        taken = {name.lower() for name in self.parts}
        names = (pattern.format(number) for number in range(1, len(taken) + 2))
        part = next(name for name in names if name.lower() not in taken)
        self.parts[part] = content
        if part.endswith(".vml"):  # declared once for all of them
            if not re.search(rb"Extension\s*=\s*[\"']vml[\"']", self.parts[_TYPES], re.IGNORECASE):
                self._declare(f'Default Extension="vml" ContentType="{kind}"')
        else:
            self._declare(f'Override PartName="/{part}" ContentType="{kind}"')
        return part

    def _declare(self, declaration: str) -> None:
        xml = self.parts[_TYPES]
        root = scan(xml)
        element = markup(f"<{root.prefix}{declaration}/>")
        self.parts[_TYPES] = edited(xml, appended(xml, root, element))

    def packed(self) -> bytes:
        """Return the file: the same parts give the same bytes."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as package:
            for name, part in self.parts.items():
                info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
                info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
                package.writestr(info, part)
        return packed.getvalue()


def _rels(part: str) -> str:
    folder, name = posixpath.split(part)
    if not name:
        raise UnusualError(part)
    return f"{folder}/_rels/{name}.rels"
