"""Controlled terms for grade and stage: which words a form accepts, what each means, and who says so."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Term:
    """One accepted word and what it means.

    Attributes:
        name: the word as it is written in the form ("G2", "IIIB").
        meaning: heading to definition, in the order in which a reference table prints them.
    """

    name: str
    meaning: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    """The accepted words of one column of the studies form.

    Attributes:
        column: name of the column ("who_grade").
        title: how a table calls it ("WHO grade").
        source: who defines the terms.
        note: what the letters in the definitions mean.
        terms: in their order.
    """

    column: str
    title: str
    source: str
    note: str = ""
    terms: tuple[Term, ...] = ()


def _tnm(rows: Sequence[str]) -> tuple[Term, ...]:
    """Read lines such as "IIA | T2 | N0 | M0"."""
    cells = [[cell.strip() for cell in row.split("|")] for row in rows]
    return tuple(Term(name=name, meaning={"T": t, "N": n, "M": m}) for name, t, n, m in cells)


# Source of all three: Nigri G et al., "Treatment options for PNET liver metastases: a systematic review", 2018,
# tables 1 to 3, as printed there; the works that those tables name stand in `source`.
VOCABULARIES = (
    Vocabulary(
        column="who_grade",
        title="WHO grade",
        source="Klimstra DS et al. in WHO Classification of Tumours of the Digestive System, 2010; as tabulated by "
        "Nigri 2018, table 1",
        note="HPF: high-power fields.",
        terms=(
            Term(
                name="G1",
                meaning={
                    "Ki-67 index": "< 3%",
                    "Mitotic count": "< 2/10 HPF",
                    "Differentiation": "well differentiated",
                },
            ),
            Term(
                name="G2",
                meaning={
                    "Ki-67 index": "3–20%",
                    "Mitotic count": "2–20/10 HPF",
                    "Differentiation": "moderately differentiated",
                },
            ),
            Term(
                name="G3",
                meaning={
                    "Ki-67 index": "> 20%",
                    "Mitotic count": "> 20/10 HPF",
                    "Differentiation": "poorly differentiated",
                },
            ),
        ),
    ),
    Vocabulary(
        column="enets_stage",
        title="ENETS stage",
        source="Rindi G et al., Virchows Arch 2006;449:395–401; as tabulated by Nigri 2018, table 2",
        note="T1: < 2 cm, limited to the pancreas; T2: 2–4 cm, limited to the pancreas; T3: > 4 cm, limited to the "
        "pancreas, or invading the duodenum or common bile duct; T4: invading adjacent structures or large vessels; "
        "N1: regional lymph node metastases; M1: distant metastases.",
        terms=_tnm(
            (
                "I | T1 | N0 | M0",
                "IIA | T2 | N0 | M0",
                "IIB | T3 | N0 | M0",
                "IIIA | T4 | N0 | M0",
                "IIIB | any T | N1 | M0",
                "IV | any T | any N | M1",
            )
        ),
    ),
    Vocabulary(
        column="ajcc_stage",
        title="AJCC stage (7th edition)",
        source="AJCC Cancer Staging Manual, 7th edition, Springer 2010, p. 241–9; as tabulated by Nigri 2018, table 3",
        note="T1: < 2 cm, limited to the pancreas; T2: > 2 cm, limited to the pancreas; T3: beyond the pancreas, not "
        "involving the celiac axis or the superior mesenteric artery; T4: involving one of these; the document does "
        "not define Tis, N1 and M1.",
        terms=_tnm(
            (
                "0 | Tis | N0 | M0",
                "IA | T1 | N0 | M0",
                "IB | T2 | N0 | M0",
                "IIA | T3 | N0 | M0",
                "IIB | T1–3 | N1 | M0",
                "III | T4 | any N | M0",
                "IV | any T | any N | M1",
            )
        ),
    ),
)
VOCABULARY = {vocabulary.column: vocabulary for vocabulary in VOCABULARIES}
