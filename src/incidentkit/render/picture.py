"""Pictures that stand in a page: drawings in SVG, made by code, with words for those who do not see them."""

from __future__ import annotations

import re
from typing import Final
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from attrs import field, frozen

from incidentkit.errors import FieldInvalid
from incidentkit.render.palette import DAY, by_day
from incidentkit.text.document import Line, flat, line, printable
from incidentkit.text.plain import plain_line

_SVG: Final = "http://www.w3.org/2000/svg"

MARGIN: Final = 16
"""Pixels around a drawing that is a file of its own."""

FONT: Final = "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', 'Liberation Sans', Arial, sans-serif"
"""The letters of such a file, which has no page to take them from."""

_ELEMENTS: Final = frozenset(
    [
        *("svg", "g", "defs", "title", "desc", "marker", "clipPath", "pattern"),
        *("linearGradient", "radialGradient", "stop"),
        *("path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "tspan"),
    ]
)
"""What draws, and neither runs, nor leads elsewhere, nor holds HTML."""


_NUMBER: Final = re.compile(r"\s*([0-9]{1,6}(?:\.[0-9]{1,6})?)(?:px)?\s*")


def _drawing(svg: str) -> str:
    """The drawing written anew, so that browsers, which read HTML, find in it what was found here, and no more.

    Its words are as printable as those of a document.
    """
    try:
        root = ElementTree.fromstring(svg) if svg.lstrip().startswith("<svg") else None
    except (ElementTree.ParseError, UnicodeEncodeError) as broken:
        raise FieldInvalid("svg", f"is not well-formed XML: {broken}") from broken
    if root is None:
        raise FieldInvalid("svg", "does not begin with <svg; leave out what stands before it")
    for element in root.iter():
        namespace, _, name = element.tag.rpartition("}")
        if name not in _ELEMENTS or namespace not in ("", f"{{{_SVG}"):
            raise FieldInvalid(
                "svg", f"<{name}> may not stand in a picture; what may is {', '.join(sorted(_ELEMENTS))}"
            )
        for attribute in element.attrib:
            if attribute.startswith(("on", "{")) or attribute in ("href", "style"):
                raise FieldInvalid("svg", f"<{name}> has {attribute}; a picture has shapes, words and their attributes")
        element.tag = name
        element.text, element.tail = printable(element.text or ""), printable(element.tail or "")
    return ElementTree.tostring(root, encoding="unicode")


def _alternative(text: str) -> str:
    words = flat(text)
    if not words:
        raise FieldInvalid("alternative", "says nothing; say in words what the picture shows")
    return words


@frozen(kw_only=True)
class Picture:
    """A drawing, the words that stand for it where it is not seen, and a caption below it.

    ``svg`` is one ``<svg>`` element with a ``width`` and a ``height``. A page shows it at that size, and lets it scroll
    where there is less room. It takes the colours of the page, light or dark, by ``currentColor`` or as attributes such
    as ``fill="var(--line)"``; the properties are those at the top of ``page.css``, which lies beside this module.

    Raises `FieldInvalid` for what is not a plain drawing, and for an empty alternative.
    """

    svg: str = field(converter=_drawing)
    alternative: str = field(converter=_alternative)
    caption: Line = field(default=(), converter=line)

    def to_svg(self) -> str:
        """A whole SVG document, to be kept as a file in UTF-8, attached, or shown by an ``<img>``.

        It has the colours of the day on white, whatever is around it; its title is the caption, its description the
        alternative. Raises `FieldInvalid` for a drawing whose width and height are no numbers of pixels.
        """
        drawing = ElementTree.fromstring(self.svg)
        width, height = (_pixels(drawing, side) + 2 * MARGIN for side in ("width", "height"))
        size = {"width": f"{width:g}", "height": f"{height:g}", "viewBox": f"0 0 {width:g} {height:g}"}
        root = Element("svg", {"xmlns": _SVG, "role": "img", "color": DAY["ink"], "font-family": FONT, **size})
        SubElement(root, "title").text = plain_line(self.caption) or self.alternative
        SubElement(root, "desc").text = self.alternative
        SubElement(root, "rect", {"width": "100%", "height": "100%", "fill": DAY["paper"]})
        for element in drawing.iter():
            element.attrib.update({name: by_day(value) for name, value in element.attrib.items()})
        drawing.attrib.update({"x": str(MARGIN), "y": str(MARGIN)})
        root.append(drawing)
        return f"{ElementTree.tostring(root, encoding='unicode')}\n"


def _pixels(drawing: Element, side: str) -> float:
    number = _NUMBER.fullmatch(drawing.attrib.get(side, ""))
    if number is None:
        raise FieldInvalid("svg", f'has no {side} in pixels, as in {side}="240", by which a file knows its size')
    return float(number[1])
