"""What each element of PubMed's XML says of a record: one function an element, which fills a draft.

Names of tags in `extra` are those of PubMed's text format (see pubmed_terms).
"""

from functools import lru_cache

from lxml.etree import _Element as Element

from pipeline.formats import dates, names, pages
from pipeline.formats.abstracts import label_of
from pipeline.formats.markup import text, unescaped
from pipeline.formats.pubmed_draft import Draft, Handler, keep, parts_of, text_to, walk
from pipeline.formats.pubmed_terms import HISTORY, REF_TYPES, UNTITLED, unbracketed
from pipeline.records import identifiers
from pipeline.records.record import Author, Identifier, Link, Passage


def pmid(element: Element, draft: Draft) -> None:
    """Take the PMID, which is the accession in PubMed too, and the version of a revised citation."""
    draft.fields["pmid"] = draft.fields["accession"] = identifiers.pmid(element.text or "")
    version = element.get("Version", "1")
    if version != "1" and version.isdigit():
        draft.fields["version"] = int(version)


def compact_date(tag: str) -> Handler:
    """Keep a date as PubMed's text format writes it, "20180522", under a tag."""

    def handle(element: Element, draft: Draft) -> None:
        parts = parts_of(element)
        month = dates.month_number(parts.get("Month", ""))
        keep(draft, tag, f"{parts.get('Year', '')}{month or '':0>2}{parts.get('Day', ''):0>2}")

    return handle


def journal(element: Element, draft: Draft) -> None:
    """Take the journal: its names, its ISSN, and what the issue says."""
    for child in element:
        if child.tag == "ISSN":
            draft.issn += _issn(child.text or "")
        elif child.tag == "JournalIssue":
            walk(child, _ISSUE, draft)
        elif child.tag == "Title":
            draft.fields["journal"] = text(child)
        elif child.tag == "ISOAbbreviation":
            draft.fields["journal_abbreviation"] = text(child)


def journal_info(element: Element, draft: Draft) -> None:
    """Take the linking ISSN, the country, and the abbreviation where the journal gave none."""
    parts = parts_of(element)
    draft.issn += _issn(parts.get("ISSNLinking", ""))
    if parts.get("Country"):
        draft.fields["place"] = parts["Country"]
    if parts.get("MedlineTA"):
        draft.fields.setdefault("journal_abbreviation", parts["MedlineTA"])
    keep(draft, "JID", parts.get("NlmUniqueID", ""))


def publication_date(element: Element, draft: Draft) -> None:
    """Take the date as year, month and day, and as printed where it says more than these."""
    parts = parts_of(element)
    printed = parts.get("MedlineDate", "")
    if printed:
        date = dates.read(printed)
        draft.fields["year"], draft.fields["date"] = date.year, printed
        if date.month and not date.printed:
            draft.fields.update(month=date.month, day=date.day, date="")
        return
    year, season = parts.get("Year", ""), parts.get("Season", "")
    draft.fields["year"] = int(year) if year.isdigit() else None
    draft.fields["month"] = dates.month_number(parts.get("Month", "")) or None
    day = parts.get("Day", "")
    draft.fields["day"] = int(day) if day.isdigit() else None
    if season:
        draft.fields["date"] = f"{year} {season}".strip()


def title(element: Element, draft: Draft) -> None:
    """Take the title; PubMed writes a placeholder where there is none."""
    printed = unbracketed(unescaped(text(element)))
    if printed not in UNTITLED:
        draft.fields["title"] = printed


def pagination(element: Element, draft: Draft) -> None:
    """Take the pages with the full last one."""
    parts = parts_of(element)
    printed = parts.get("MedlinePgn", "")
    draft.fields["pages"] = pages.expand(printed) or pages.join(parts.get("StartPage", ""), parts.get("EndPage", ""))


def location(element: Element, draft: Draft) -> None:
    """Take a DOI or a publisher's number; one that PubMed marks as not valid is kept apart."""
    if element.get("ValidYN") == "N":
        keep(draft, "LID", f"{text(element)} [{element.get('EIdType', '')}, not valid]")
    elif element.get("EIdType") == "doi":
        draft.dois.append(text(element))
    elif value := text(element):
        draft.identifiers.append(Identifier(scheme="pii", value=value))


def article_ids(element: Element, draft: Draft) -> None:
    """Take the identifiers under which PubMed has the article, before those that it printed."""
    for child in element:
        value = (child.text or "").strip()
        scheme = child.get("IdType", "")
        if not value or scheme == "pubmed":
            continue
        if scheme == "doi":
            draft.dois.insert(0, value)
        elif scheme == "pmc" and "pmcid" not in draft.fields:
            draft.fields["pmcid"] = identifiers.pmcid(value) or identifiers.pmcid(f"PMC{value}")
        elif scheme in ("pii", "mid", "bookaccession"):
            draft.identifiers.append(Identifier(scheme=scheme, value=value))
        else:
            keep(draft, "AID", f"{value} [{scheme}]")


def abstract(element: Element, draft: Draft) -> None:
    """Take the abstract by its passages."""
    passages = []
    for child in element:
        if child.tag == "AbstractText":
            label = child.get("Label", "")
            passage = unescaped(text(child))
            if passage:
                passages.append(Passage(text=passage, label=label_of(label)))
        elif child.tag == "CopyrightInformation":
            keep(draft, "CI", text(child))
    draft.fields["abstract"] = tuple(passages)


def other_abstract(element: Element, draft: Draft) -> None:
    """Keep an abstract in another language, or for patients."""
    parts = [
        f"{child.get('Label')}: {text(child)}" if child.get("Label") else text(child)
        for child in element
        if child.tag == "AbstractText"
    ]
    keep(draft, "OAB", " ".join(part for part in parts if part))
    keep(draft, "OABL", element.get("Language", ""))


def authors(element: Element, draft: Draft) -> None:
    """Take authors or editors; one whom PubMed marks as not valid is kept apart."""
    found = []
    for child in element:
        author = _author(child, draft)
        if author is None:
            continue
        if child.get("ValidYN") == "N":
            keep(draft, "FAU", f"{names.written(author)} [not valid]")
        else:
            found.append(author)
    field = "editors" if element.get("Type") == "editors" else "authors"
    draft.fields[field] = (*draft.fields.get(field, ()), *found)
    if element.get("CompleteYN") == "N":
        draft.notes.append("The author list is not complete.")


def _author(element: Element, draft: Draft) -> Author | None:
    family = given = initials = suffix = group = orcid = ""
    affiliations: list[str] = []
    for child in element:
        tag = child.tag
        if tag == "LastName":
            family = text(child)
        elif tag == "ForeName":
            given = text(child)
        elif tag == "Initials":
            initials = child.text or ""
        elif tag == "AffiliationInfo":
            affiliations += [text(part) for part in child if part.tag == "Affiliation"]
        elif tag == "Identifier":
            orcid = names.orcid(child.text or "") if child.get("Source") == "ORCID" else orcid
            if not orcid:
                keep(draft, "AUID", f"{child.get('Source', '')}: {text(child)}")
        elif tag == "CollectiveName":
            group = text(child).rstrip(",; ")
        elif tag == "Suffix":
            suffix = text(child)
    if not (family or group):
        return Author(family=given) if given else None
    return Author(
        family=family or group,
        given=given or initials.strip(),
        suffix=suffix,
        is_group=not family,
        orcid=orcid,
        affiliations=tuple(affiliations),
    )


def language(element: Element, draft: Draft) -> None:
    """Take one language."""
    draft.fields["languages"] = (*draft.fields.get("languages", ()), (element.text or "").strip().lower())


def publication_type(element: Element, draft: Draft) -> None:
    """Take one publication type."""
    draft.types.append(text(element))


def publication_types(element: Element, draft: Draft) -> None:
    """Take a list of publication types."""
    draft.types += [text(child) for child in element]


def mesh(element: Element, draft: Draft) -> None:
    """Take MeSH headings as "Descriptor/qualifier", with "*" before a major topic."""
    headings = []
    for heading in element:
        parts = [
            f"*{child.text}" if child.get("MajorTopicYN") == "Y" else child.text or ""
            for child in heading
            if child.tag in ("DescriptorName", "QualifierName")
        ]
        headings.append("/".join(parts))
    draft.fields["mesh"] = tuple(headings)


def keywords(element: Element, draft: Draft) -> None:
    """Take keywords of one list, each once."""
    found = [keyword for child in element if (keyword := text(child))]
    draft.fields["keywords"] = tuple(dict.fromkeys((*draft.fields.get("keywords", ()), *found)))


def grant(element: Element, draft: Draft) -> None:
    """Keep a grant as "number/acronym/agency/country"."""
    parts = parts_of(element)
    said = [parts[tag] for tag in ("GrantID", "Acronym", "Agency") if parts.get(tag)]
    keep(draft, "GR", "/".join([*said, parts.get("Country", "")]))


def chemical(element: Element, draft: Draft) -> None:
    """Keep a substance with its registry number."""
    parts = parts_of(element)
    keep(draft, "RN", f"{parts.get('RegistryNumber', '')} ({parts.get('NameOfSubstance', '')})")


def data_bank(element: Element, draft: Draft) -> None:
    """Take the numbers of a databank; those of registers of studies are identifiers of the record."""
    bank = text(element.find("DataBankName"))
    for number in element.iter("AccessionNumber"):
        accession = text(number)
        registered = identifiers.registrations(accession) or identifiers.registrations(f"{bank} {accession}")
        if registered:
            draft.identifiers += [Identifier(scheme="registration", value=value) for value in registered]
        else:
            keep(draft, "SI", f"{bank}/{accession}")


def correction(element: Element, draft: Draft) -> None:
    """Take a link to another article."""
    parts = parts_of(element)
    given = element.get("RefType", "")
    kind, _ = REF_TYPES.get(given, ("other", ""))
    said = [parts.get("RefSource", ""), parts.get("Note", "")]
    cited = " ".join(part for part in said if part)
    cited = f"{given}: {cited}" if kind == "other" else cited
    draft.links.append(
        Link(kind=kind, pmid=identifiers.pmid(parts.get("PMID", "")), text=" ".join(cited.split()).rstrip(" ."))
    )


def person(tag: str) -> Handler:
    """Keep the people of a list under a tag."""

    def handle(element: Element, draft: Draft) -> None:
        for child in element:
            if (person := _author(child, draft)) is not None:
                keep(draft, tag, names.written(person))

    return handle


def history(element: Element, draft: Draft) -> None:
    """Keep when the article reached each of its stages."""
    for child in element:
        parts = parts_of(child)
        date = "/".join(f"{parts.get(tag, ''):0>2}" for tag in ("Year", "Month", "Day"))
        moment = f"{date} {parts.get('Hour', ''):0>2}:{parts.get('Minute', ''):0>2}"
        status = child.get("PubStatus", "")
        draft.extra.append((HISTORY[status], moment) if status in HISTORY else ("PHST", f"{moment} [{status}]"))


def other_id(element: Element, draft: Draft) -> None:
    """Keep an identifier of another source."""
    keep(draft, "OID", f"{element.get('Source', '')}: {text(element)}")


def isbn(element: Element, draft: Draft) -> None:
    """Take an ISBN; what is none is kept as printed."""
    found = identifiers.isbn(element.text or "")
    draft.fields["isbn"] = (*draft.fields.get("isbn", ()), *found)
    if not found:
        keep(draft, "ISBN", text(element))


def note(element: Element, draft: Draft) -> None:
    """Take a general note."""
    if said := text(element):
        draft.notes.append(said)


@lru_cache(maxsize=1 << 12)
def _issn(printed: str) -> tuple[str, ...]:
    return identifiers.issn(printed)


_ISSUE: dict[str, Handler] = {
    "Volume": text_to("volume"),
    "Issue": text_to("issue"),
    "PubDate": publication_date,
}
