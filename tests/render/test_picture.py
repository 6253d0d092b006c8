"""Pictures as files of their own: whole documents in SVG that take nothing from around them."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given

from incidentkit.errors import FieldInvalid
from incidentkit.render.lanes import Shade
from incidentkit.render.palette import DAY, by_day
from incidentkit.render.picture import MARGIN, Picture
from incidentkit.text.document import flat
from tests.render.test_html import TEXTS

SVG = "{http://www.w3.org/2000/svg}"


def file_of(shapes: str, caption: str = "", alternative: str = "A line.") -> ElementTree.Element:
    svg = f'<svg width="240" height="40px" viewBox="5 5 240 40">{shapes}</svg>'
    return ElementTree.fromstring(Picture(svg=svg, alternative=alternative, caption=caption).to_svg())


def test_it_is_a_document_with_a_margin_on_white() -> None:
    root = file_of("<path d='M0 0' />")
    title, description, paper, drawing = root
    assert root.tag == f"{SVG}svg"
    assert (root.attrib["width"], root.attrib["height"]) == (str(240 + 2 * MARGIN), str(40 + 2 * MARGIN))
    assert (title.text, description.text) == ("A line.", "A line.")
    assert paper.attrib["fill"] == "#ffffff"
    assert [each.tag for each in drawing.iter()] == [f"{SVG}svg", f"{SVG}path"]
    assert drawing.attrib["viewBox"] == "5 5 240 40"


def test_its_title_is_the_caption() -> None:
    title, description, *_ = file_of("", caption="Where it goes")
    assert (title.text, description.text) == ("Where it goes", "A line.")


def test_variables_are_the_colours_of_the_day() -> None:
    root = file_of("<path fill='var(--accent)' stroke='var( --own , red)' color='var(--own)'/><text>var(--ink)</text>")
    path, text = root[-1]
    assert path.attrib == {"fill": "#0b57c4", "stroke": "red", "color": "currentColor"}
    assert text.text == "var(--ink)"


def test_every_colour_of_a_shade_is_known() -> None:
    assert {by_day(shade.value[0]) for shade in Shade} <= {*DAY.values()}


@given(TEXTS.filter(flat), TEXTS)
def test_words_stay_words(alternative: str, caption: str) -> None:
    root = file_of("", caption, alternative)
    assert root[0].text == (flat(caption) or flat(alternative))
    assert [each.tag.removeprefix(SVG) for each in root] == ["title", "desc", "rect", "svg"]


@pytest.mark.parametrize("svg", ["<svg></svg>", "<svg width='100%' height='9'/>", "<svg width='1e9' height='9'/>"])
def test_a_drawing_of_no_size_is_refused(svg: str) -> None:
    with pytest.raises(FieldInvalid, match=r"^svg: has no width in pixels"):
        Picture(svg=svg, alternative="x").to_svg()
