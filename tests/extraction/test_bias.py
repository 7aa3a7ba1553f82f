import re

import pytest
from lxml import etree

from pipeline.extraction.bias import TOOLS, assessments, stars
from pipeline.extraction.bias_figures import bias_bars, bias_table, tools_used, traffic_lights
from pipeline.extraction.outcomes import Extraction, Judgement, Study

NAMES = {"ada": "Ada 2001", "kyoto": "京都大学 2015", "long": "A study with a name that goes on & on " * 4}
STUDIES = tuple(Study(study_id=key, label=name) for key, name in NAMES.items())


def judged(tool, *, leave_out=()):
    made = [
        Judgement(
            study_id=study,
            tool=tool.name,
            domain=code,
            judgement=next(word for word in tool.accepted[place % len(tool.accepted) :] if word != "2 stars"),
            support=f"why {code}",
        )
        for study in NAMES
        for place, code in enumerate(tool.codes)
        if (study, code) not in leave_out
    ]
    return Extraction(studies=STUDIES, judgements=tuple(made))


@pytest.mark.parametrize("tool", TOOLS.values(), ids=list(TOOLS))
def test_every_tool_is_drawn_and_tabled(tool):
    extraction = judged(tool)
    for draw in (traffic_lights, bias_bars):
        picture = etree.fromstring(draw(extraction, tool))
        texts = "".join(picture.itertext())
        assert all(caption.split()[0] in texts for _, caption in tool.domains)
        ids = picture.xpath("//@id")
        assert len(ids) == len(set(ids)) == 2
    assert bias_table(extraction, tool).columns[: len(tool.codes) + 1] == ("Study", *tool.codes)


@pytest.mark.parametrize("tool", TOOLS.values(), ids=list(TOOLS))
def test_every_judgement_is_a_light_with_a_sign_of_its_own(tool):
    signs = [sign for _, _, sign in tool.words]
    assert len(signs) == len(set(signs)) == len(tool.accepted)
    lights = etree.fromstring(traffic_lights(judged(tool), tool)).findall(".//{*}circle")
    assert len(lights) == len(NAMES) * len(tool.codes) + len(tool.words)


def test_no_light_lies_outside_its_picture():
    tool = TOOLS["JBI randomised trial"]
    picture = etree.fromstring(traffic_lights(judged(tool), tool))
    wide, high = float(picture.get("width")), float(picture.get("height"))
    for light in picture.findall(".//{*}circle"):
        assert 0 < float(light.get("cx")) + 11 < wide
        assert 0 < float(light.get("cy")) + 11 < high


def test_what_nobody_judged_yet_is_an_empty_light_and_an_empty_cell():
    tool = TOOLS["RoB 2"]
    extraction = judged(tool, leave_out={("ada", "D2")})
    row = next(row for row in bias_table(extraction, tool).rows if row.cells[0].text == "Ada 2001")
    assert [(one.text, one.kind, one.note) for one in row.cells[1:4]] == [
        ("low", "value", "why D1"),
        ("", "empty", ""),
        ("high", "value", "why D3"),
    ]
    assert traffic_lights(extraction, tool).count('stroke-dasharray="3 3"') == 2
    assert "D2 not judged yet" in traffic_lights(extraction, tool)
    assert "not judged yet" not in traffic_lights(judged(tool), tool)


def test_the_bars_say_how_many_of_each():
    tool = TOOLS["RoB 2"]
    description = etree.fromstring(bias_bars(judged(tool, leave_out={("ada", "D2")}), tool)).findtext("{*}desc")
    assert "D1: Randomisation process: 3 low." in description
    assert "D2: Deviations from the intended interventions: 2 some concerns, 1 not judged yet." in description


def test_the_parts_of_a_bar_fill_it():
    tool = TOOLS["ROBINS-I"]
    picture = etree.fromstring(bias_bars(judged(tool, leave_out={("ada", "D2")}), tool))
    rows = {}
    for part in picture.findall(".//{*}rect"):
        rows.setdefault(part.get("y"), []).append(float(part.get("width")))
    assert [round(sum(parts)) for parts in rows.values()] == [300] * len(tool.codes)


def test_stars_add_up_only_where_every_domain_was_judged():
    tool = TOOLS["Newcastle-Ottawa, cohort"]
    whole, *_ = assessments(judged(tool), tool)
    assert stars(whole, tool) == sum(int(word.judgement[0]) for _, word in whole.judgements)
    part, *_ = assessments(judged(tool, leave_out={(whole.study_id, "S2")}), tool)
    assert stars(part, tool) is None
    assert bias_table(judged(tool), tool).columns[-1] == "Stars"


def test_results_of_one_study_are_judged_apart():
    tool = TOOLS["RoB 2"]
    rows = [Judgement(study_id="ada", tool="RoB 2", outcome=o, domain="D1", judgement="low") for o in ("PFS", "OS")]
    extraction = Extraction(studies=STUDIES, judgements=tuple(rows))
    assert [row.cells[0].text for row in bias_table(extraction, tool).rows] == ["Ada 2001: OS", "Ada 2001: PFS"]


def test_only_tools_that_were_used_are_shown():
    assert [tool.name for tool in tools_used(judged(TOOLS["ROBINS-I"]))] == ["ROBINS-I"]
    assert tools_used(Extraction()) == ()


def test_an_empty_picture_is_a_picture():
    assert "Nothing was judged." in traffic_lights(Extraction(), TOOLS["RoB 2"])
    assert etree.fromstring(bias_bars(Extraction(), TOOLS["RoB 2"])) is not None


def test_a_sign_is_readable_on_its_light():
    from pipeline.extraction.bias_figures import _LIGHTS

    def luminance(colour):
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for fill, ink in _LIGHTS.values():
        dark, light = sorted((luminance(fill), luminance(ink)))
        assert (light + 0.05) / (dark + 0.05) >= 4.5
    assert all(re.fullmatch("#[0-9a-f]{6}", colour) for pair in _LIGHTS.values() for colour in pair)
