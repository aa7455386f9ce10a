"""Small XLSX workbooks for tests, written part by part, so that a test can spoil any of them."""

from __future__ import annotations

import io
import zipfile
from xml.sax.saxutils import escape

_SPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKED = "http://schemas.openxmlformats.org/package/2006"
_MAIN = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def sheet(rows: list[list[str | float]]) -> str:
    """A sheet's XML: numbers as numbers, text within the cell."""
    lines = []
    for number, row in enumerate(rows, start=1):
        cells = "".join(_cell(f"{chr(65 + column)}{number}", value) for column, value in enumerate(row) if value != "")
        lines.append(f'<row r="{number}">{cells}</row>')
    return f'<worksheet xmlns="{_SPACE}"><sheetData>{"".join(lines)}</sheetData></worksheet>'


def _cell(place: str, value: str | float) -> str:
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    # Fractions are shown as times, by the second style.
    style = ' s="1"' if 0 < value < 1 else ""
    return f'<c r="{place}"{style}><v>{value}</v></c>'


def workbook(*sheets: str, hidden: tuple[int, ...] = (), **parts: str) -> bytes:
    """A workbook of these sheets, called Sheet1 and so on; `parts` replace or add files, `__` for `/`."""
    names = range(1, len(sheets) + 1)
    state = {n: "hidden" if n in hidden else "visible" for n in names}
    listed = "".join(f'<sheet name="Sheet{n}" sheetId="{n}" r:id="rId{n}" state="{state[n]}"/>' for n in names)
    kind = f"{_LINKS}/worksheet"
    links = "".join(f'<Relationship Id="rId{n}" Type="{kind}" Target="worksheets/sheet{n}.xml"/>' for n in names)
    styles = f'<Relationship Id="rId99" Type="{_LINKS}/styles" Target="styles.xml"/>'
    kinds = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_MAIN}.worksheet+xml"/>' for n in names
    )
    files = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKED}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_MAIN}.sheet.main+xml"/>{kinds}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKED}/relationships"><Relationship Id="rId1" '
        f'Type="{_LINKS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_SPACE}" xmlns:r="{_LINKS}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKED}/relationships">{links}{styles}</Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{_SPACE}"><cellXfs count="2"><xf numFmtId="0"/>'
        '<xf numFmtId="18" applyNumberFormat="1"/></cellXfs></styleSheet>',
        **{f"xl/worksheets/sheet{n}.xml": text for n, text in zip(names, sheets, strict=True)},
        **{name.replace("__", "/"): text for name, text in parts.items()},
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in files.items():
            packed.writestr(name, text)
    return out.getvalue()
