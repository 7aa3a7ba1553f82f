"""Risk of bias as a table, as traffic lights and as bars: what people judged, and what nobody has judged yet."""

from collections import Counter
from collections.abc import Sequence

from pipeline.drawing import svg
from pipeline.drawing.text import width, wrap
from pipeline.extraction.bias import OVERALL, TOOLS, Assessment, Light, Tool, assessments, stars
from pipeline.extraction.outcomes import Extraction
from pipeline.extraction.summary_table import Cell, SummaryTable, TableRow, cell

# Fill and ink of each light; the sign in it says the same without colour. Contrast of sign to fill is at least 4.5:1
# (WCAG 2.2, success criterion 1.4.3).
_LIGHTS: dict[Light, tuple[str, str]] = {
    "good": ("#1b7837", "#ffffff"),
    "some": ("#fee08b", "#000000"),
    "bad": ("#c1272d", "#ffffff"),
    "worse": ("#5c0011", "#ffffff"),
    "none": ("#d9d9d9", "#000000"),
}
_NOT_YET = "not judged yet"
_SIZE = 12  # px, text
_SMALL = 11
_STEP = 30  # px from light to light
_RADIUS = 11
_LINE = 15  # px from base line to base line
_NAMES = 230  # px that names may take before they break into lines
_BAR = 300  # px, a whole bar
_PAD = 10


def tools_used(extraction: Extraction) -> tuple[Tool, ...]:
    """List the tools with which anything was judged, in the order of TOOLS."""
    used = {judgement.tool for judgement in extraction.judgements}
    return tuple(tool for name, tool in TOOLS.items() if name in used)


def bias_table(extraction: Extraction, tool: Tool) -> SummaryTable:
    """Make the table of judgements made with one tool: a row a study or result, a column a domain."""
    rows = []
    studies = {study.study_id: study for study in extraction.studies}
    for made in assessments(extraction, tool):
        judged = made.by_domain
        cells = [cell(made.name, *([studies[made.study_id]] if made.study_id in studies else []))]
        for code in tool.codes:
            one = judged.get(code)
            cells.append(cell(one.judgement, one, note=one.support) if one else Cell())
        if tool.counts_stars:
            total = stars(made, tool)
            cells.append(Cell() if total is None else cell(str(total), *judged.values()))
        rows.append(TableRow(cells=tuple(cells)))
    captions = "; ".join(f"{code}: {caption}" for code, caption in tool.domains)
    return SummaryTable(
        name=f"risk-of-bias-{tool.stem}",
        title=f"Risk of bias: {tool.name}",
        columns=("Study", *tool.codes, *(("Stars",) if tool.counts_stars else ())),
        rows=tuple(rows),
        notes=(f"{captions}.", f"An empty cell is {_NOT_YET}.", f"Source of the tool: {tool.source}."),
    )


def traffic_lights(extraction: Extraction, tool: Tool) -> str:
    """Draw the judgements made with one tool as SVG: a row of lights for each study or result."""
    made = assessments(extraction, tool)
    names = [wrap(one.name, _NAMES, _SIZE) for one in made]
    left = max((width(line, _SIZE) for lines in names for line in lines), default=0) + 2 * _PAD
    parts = [
        svg.text(
            left + (place + 0.5) * _STEP, 18, _heading(code), text_anchor="middle", font_weight="bold", font_size=_SMALL
        )
        for place, code in enumerate(tool.codes)
    ]
    y = 28.0
    for one, lines in zip(made, names, strict=True):
        height = max(_STEP, len(lines) * _LINE + 8)
        middle = y + height / 2
        first = middle - (len(lines) - 1) * _LINE / 2 + 4
        parts.append(svg.line(_PAD, y, left + len(tool.codes) * _STEP + _PAD, y, stroke_opacity=0.25))
        parts.extend(svg.text(_PAD, first + place * _LINE, line) for place, line in enumerate(lines))
        parts.extend(
            _light(left + (place + 0.5) * _STEP, middle, one, code, tool) for place, code in enumerate(tool.codes)
        )
        y += height
    parts.append(svg.line(_PAD, y, left + len(tool.codes) * _STEP + _PAD, y, stroke_opacity=0.25))
    page = max(left + len(tool.codes) * _STEP + _PAD, 420)
    legend, y = _legend(tool, made, page, y + 22, has_captions=True)
    return svg.picture(
        f"traffic-lights-{tool.stem}",
        page,
        y,
        *parts,
        *legend,
        title=f"Risk of bias in {len(made)} studies or results: {tool.name}",
        description=" ".join(_said(one, tool) for one in made) or "Nothing was judged.",
    )


def bias_bars(extraction: Extraction, tool: Tool) -> str:
    """Draw how the judgements of each domain are distributed, as SVG bars; every study or result counts once."""
    made = assessments(extraction, tool)
    captions = [*(f"{code}: {caption}" for code, caption in tool.domains), *([OVERALL] if tool.has_overall else [])]
    lines = [wrap(caption, _NAMES, _SIZE) for caption in captions]
    left = max(width(line, _SIZE) for caption in lines for line in caption) + 2 * _PAD
    parts: list[str] = []
    said = []
    y = 8.0
    for code, caption in zip(tool.codes, lines, strict=True):
        height = max(26, len(caption) * _LINE + 6)
        first = y + height / 2 - (len(caption) - 1) * _LINE / 2 + 4
        parts.extend(svg.text(_PAD, first + place * _LINE, line) for place, line in enumerate(caption))
        counts = Counter(one.by_domain[code].judgement if code in one.by_domain else _NOT_YET for one in made)
        parts.extend(_bar(left, y + height / 2 - 9, counts, len(made), tool))
        told = ", ".join(f"{counts[word]} {word}" for word in (*tool.accepted, _NOT_YET) if counts[word])
        said.append(f"{' '.join(caption)}: {told}.")
        y += height
    for share in (0, 25, 50, 75, 100):
        x = left + _BAR * share / 100
        parts.append(svg.line(x, y, x, y + 4))
        parts.append(svg.text(x, y + 17, f"{share}%", text_anchor="middle", font_size=_SMALL))
    parts.append(svg.line(left, y, left + _BAR, y))
    page = left + _BAR + 24
    legend, y = _legend(tool, made, page, y + 42, has_captions=False)
    return svg.picture(
        f"bias-bars-{tool.stem}",
        page,
        y,
        *parts,
        *legend,
        title=f"Risk of bias by domain in {len(made)} studies or results: {tool.name}",
        description=" ".join(said),
    )


def _heading(code: str) -> str:
    return "All" if code == OVERALL else code


def _said(made: Assessment, tool: Tool) -> str:
    judged = made.by_domain
    told = ", ".join(f"{code} {judged[code].judgement if code in judged else _NOT_YET}" for code in tool.codes)
    return f"{made.name}: {told}."


def _light(x: float, y: float, made: Assessment, code: str, tool: Tool) -> str:
    judged = made.by_domain.get(code)
    found = next((word for word in tool.words if judged and word[0] == judged.judgement), None)
    return _lamp(x, y, *found[1:]) if found else _unlit(x, y)


def _lamp(x: float, y: float, light: Light, sign: str) -> str:
    fill, ink = _LIGHTS[light]
    return svg.element("circle", cx=x, cy=y, r=_RADIUS, fill=fill) + svg.text(
        x, y + 5, sign, text_anchor="middle", font_size=15, font_weight="bold", fill=ink
    )


def _unlit(x: float, y: float) -> str:
    return svg.element("circle", cx=x, cy=y, r=_RADIUS, fill="none", stroke="currentColor", stroke_dasharray="3 3")


def _bar(x: float, y: float, counts: Counter[str], total: int, tool: Tool) -> list[str]:
    """Draw one stacked bar, with the count in each part that has room for it."""
    parts = []
    for word, light, _ in tool.words:
        share = _BAR * counts[word] / total if total else 0
        if share:
            fill, ink = _LIGHTS[light]
            parts.append(svg.element("rect", x=x, y=y, width=share, height=18, fill=fill))
            if share > width(str(counts[word]), _SMALL) + 4:
                label = str(counts[word])
                parts.append(svg.text(x + share / 2, y + 13, label, text_anchor="middle", font_size=_SMALL, fill=ink))
            x += share
    rest = _BAR * counts[_NOT_YET] / total if total else _BAR
    if rest:
        dashed = {"fill": "none", "stroke": "currentColor", "stroke_dasharray": "3 3"}
        parts.append(svg.element("rect", x=x, y=y, width=rest, height=18, **dashed))
    return parts


def _legend(
    tool: Tool, made: Sequence[Assessment], page: float, y: float, *, has_captions: bool
) -> tuple[Sequence[str], float]:
    """Draw what the signs mean, and what the codes mean where they stand alone; return the height that is used."""
    parts: list[str] = []
    x = float(_PAD)
    entries: list[tuple[str, Light | None, str]] = [*tool.words]
    if any(code not in one.by_domain for one in made for code in tool.codes):
        entries.append((_NOT_YET, None, ""))
    for word, light, sign in entries:
        needed = 2 * _RADIUS + 8 + width(word, _SMALL) + 16
        if x > _PAD and x + needed > page:
            x, y = float(_PAD), y + 28
        parts.append(_lamp(x + _RADIUS, y, light, sign) if light else _unlit(x + _RADIUS, y))
        parts.append(svg.text(x + 2 * _RADIUS + 6, y + 4, word, font_size=_SMALL))
        x += needed
    y += 28
    if has_captions:
        for code, caption in tool.domains:
            for line in wrap(f"{code}: {caption}", page - 2 * _PAD, _SMALL):
                parts.append(svg.text(_PAD, y, line, font_size=_SMALL))
                y += _LINE
        if tool.has_overall:
            parts.append(svg.text(_PAD, y, "All: overall judgement", font_size=_SMALL))
            y += _LINE
    return parts, y
