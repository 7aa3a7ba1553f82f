"""One parsed PubMed article to the fields of a record; names of tags in `extra` are those of PubMed's text format.

Source: NLM, PubMed DTD of 2025, https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd, and NLM, "PubMed format",
https://pubmed.ncbi.nlm.nih.gov/help/#pubmed-format, for the correspondence of elements and tags.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from lxml.etree import _Element as Element

from pipeline.formats import dates, kinds, names, pages
from pipeline.formats.abstracts import label_of
from pipeline.formats.assembly import sorted_identifiers
from pipeline.formats.markup import text, unescaped
from pipeline.records import identifiers
from pipeline.records.record import Author, Identifier, Link, Passage

# CommentsCorrections/@RefType: (kind of link, tag of PubMed's text format).
REF_TYPES: dict[str, tuple[str, str]] = {
    "AssociatedDataset": ("associated-dataset", "ADI"),
    "AssociatedPublication": ("associated-publication", "APU"),
    "CommentIn": ("comment-in", "CIN"),
    "CommentOn": ("comment-on", "CON"),
    "CorrectedandRepublishedIn": ("corrected-in", "CRI"),
    "CorrectedandRepublishedFrom": ("corrected-from", "CRF"),
    "ErratumIn": ("erratum-in", "EIN"),
    "ErratumFor": ("erratum-for", "EFR"),
    "ExpressionOfConcernIn": ("concern-in", "ECI"),
    "ExpressionOfConcernFor": ("concern-for", "ECF"),
    "OriginalReportIn": ("original-report-in", "ORI"),
    "PartialRetractionIn": ("partial-retraction-in", "PRIN"),
    "PartialRetractionOf": ("partial-retraction-of", "PROF"),
    "RepublishedIn": ("republished-in", "RPI"),
    "RepublishedFrom": ("republished-from", "RPF"),
    "RetractedandRepublishedIn": ("republished-in", "RRI"),
    "RetractedandRepublishedFrom": ("republished-from", "RRF"),
    "RetractionIn": ("retraction-in", "RIN"),
    "RetractionOf": ("retraction-of", "ROF"),
    "SummaryForPatientsIn": ("summary-in", "SPIN"),
    "UpdateIn": ("update-in", "UIN"),
    "UpdateOf": ("update-of", "UOF"),
}
# PubMedPubDate/@PubStatus that have a tag of their own; the others are PHST.
HISTORY = {"pubmed": "EDAT", "entrez": "CRDT", "medline": "MHDA"}
UNTITLED = frozenset({"", "[Not Available].", "[Not Available]", "Not Available."})

Fields = dict[str, Any]


class Draft:
    """The fields of one record while its article is walked through."""

    __slots__ = ("dois", "extra", "fields", "identifiers", "issn", "links", "notes", "types")

    def __init__(self) -> None:
        self.fields: Fields = {"database": "PubMed"}
        self.dois: list[str] = []
        self.extra: list[tuple[str, str]] = []
        self.identifiers: list[Identifier] = []
        self.issn: list[str] = []
        self.links: list[Link] = []
        self.notes: list[str] = []
        self.types: list[str] = []


Handler = Callable[[Element, Draft], None]


def of_article(root: Element) -> Fields:
    """Read a PubmedArticle."""
    draft = Draft()
    for part in root:
        _each(part, _DATA if part.tag == "PubmedData" else _CITATION, draft)
        if part.tag == "MedlineCitation":
            _keep(draft, "OWN", part.get("Owner", ""))
            _keep(draft, "STAT", part.get("Status", ""))
    return _finish(draft, "article")


def of_book(root: Element) -> Fields:
    """Read a PubmedBookArticle: a chapter if it has a title of its own, else the book."""
    draft = Draft()
    for part in root:
        _each(part, _DATA if part.tag == "PubmedBookData" else _BOOK, draft)
    book, collection = draft.fields.pop("book", ""), draft.fields.pop("collection", "")
    if "title" in draft.fields:
        draft.fields["journal"] = book
        _keep(draft, "CTI", collection)
        return _finish(draft, "chapter")
    draft.fields["title"], draft.fields["journal"] = book, collection
    return _finish(draft, "book")


def _each(element: Element, handlers: dict[str, Handler], draft: Draft) -> None:
    for child in element:
        handler = handlers.get(child.tag)
        if handler is not None:
            handler(child, draft)


def _finish(draft: Draft, kind: str) -> Fields:
    fields = draft.fields
    fields["kind"] = kinds.refine(kind, draft.types)
    fields["publication_types"] = tuple(draft.types)
    if "title" not in fields and "original_title" in fields:
        fields["title"] = fields["original_title"]
    for found in draft.dois:
        canonical = identifiers.doi(found)
        if canonical and "doi" not in fields:
            fields["doi"] = canonical
            if canonical != found:
                fields["doi_as_printed"] = found
        elif canonical != fields.get("doi"):
            draft.extra.append(("AID", f"{found} [doi]"))
    if draft.issn:
        fields["issn"] = tuple(dict.fromkeys(draft.issn))
    fields["identifiers"] = sorted_identifiers(draft.identifiers)
    fields["links"] = tuple(draft.links)
    fields["notes"] = tuple(draft.notes)
    fields["extra"] = tuple(draft.extra)
    return fields


def _keep(draft: Draft, tag: str, value: str) -> None:
    if value:
        draft.extra.append((tag, value))


def _text_to(field: str) -> Handler:
    def handle(element: Element, draft: Draft) -> None:
        draft.fields[field] = text(element)

    return handle


def _keep_as(tag: str) -> Handler:
    def handle(element: Element, draft: Draft) -> None:
        _keep(draft, tag, text(element))

    return handle


def _into(handlers: dict[str, Handler]) -> Handler:
    def handle(element: Element, draft: Draft) -> None:
        _each(element, handlers, draft)

    return handle


def _parts(element: Element) -> dict[str, str]:
    """Return the texts of an element's children by tag; of several children of one tag, the last."""
    return {child.tag: child.text.strip() if child.text else "" for child in element}


def _pmid(element: Element, draft: Draft) -> None:
    pmid = identifiers.pmid(element.text or "")
    draft.fields["pmid"] = draft.fields["accession"] = pmid
    version = element.get("Version", "1")
    if version != "1" and version.isdigit():
        draft.fields["version"] = int(version)


def _compact_date(tag: str) -> Handler:
    def handle(element: Element, draft: Draft) -> None:
        parts = _parts(element)
        month = dates.month_number(parts.get("Month", ""))
        _keep(draft, tag, f"{parts.get('Year', '')}{month or '':0>2}{parts.get('Day', ''):0>2}")

    return handle


def _journal(element: Element, draft: Draft) -> None:
    for child in element:
        if child.tag == "ISSN":
            draft.issn += _issn(child.text or "")
        elif child.tag == "JournalIssue":
            _each(child, _ISSUE, draft)
        elif child.tag == "Title":
            draft.fields["journal"] = text(child)
        elif child.tag == "ISOAbbreviation":
            draft.fields["journal_abbreviation"] = text(child)


def _journal_info(element: Element, draft: Draft) -> None:
    parts = _parts(element)
    draft.issn += _issn(parts.get("ISSNLinking", ""))
    if parts.get("Country"):
        draft.fields["place"] = parts["Country"]
    if parts.get("MedlineTA"):
        draft.fields.setdefault("journal_abbreviation", parts["MedlineTA"])
    _keep(draft, "JID", parts.get("NlmUniqueID", ""))


def _publication_date(element: Element, draft: Draft) -> None:
    parts = _parts(element)
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


def _title(element: Element, draft: Draft) -> None:
    title = unbracketed(unescaped(text(element)))
    if title not in UNTITLED:
        draft.fields["title"] = title


def unbracketed(title: str) -> str:
    """Take the brackets off a title that was translated: they mark it in PubMed, and are no part of it.

    >>> unbracketed("[Surgery of liver metastases]."), unbracketed("[18F]FDG and [68Ga]Ga-DOTATATE")
    ('Surgery of liver metastases.', '[18F]FDG and [68Ga]Ga-DOTATATE')
    """
    if not title.startswith("[") or not title.endswith(("]", "].")) or title in UNTITLED:
        return title
    depth, close = 0, title.rindex("]")
    for place, char in enumerate(title):
        depth += (char == "[") - (char == "]")
        if depth == 0:
            return title[1:close] + title[close + 1 :] if place == close else title
    return title


def _pagination(element: Element, draft: Draft) -> None:
    parts = _parts(element)
    printed = parts.get("MedlinePgn", "")
    draft.fields["pages"] = pages.expand(printed) or pages.join(parts.get("StartPage", ""), parts.get("EndPage", ""))


def _location(element: Element, draft: Draft) -> None:
    if element.get("ValidYN") == "N":
        _keep(draft, "LID", f"{text(element)} [{element.get('EIdType', '')}, not valid]")
    elif element.get("EIdType") == "doi":
        draft.dois.append(text(element))
    elif value := text(element):
        draft.identifiers.append(Identifier(scheme="pii", value=value))


def _article_ids(element: Element, draft: Draft) -> None:
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
            _keep(draft, "AID", f"{value} [{scheme}]")


def _abstract(element: Element, draft: Draft) -> None:
    passages = []
    for child in element:
        if child.tag == "AbstractText":
            label = child.get("Label", "")
            passage = unescaped(text(child))
            if passage:
                passages.append(Passage(text=passage, label=label_of(label)))
        elif child.tag == "CopyrightInformation":
            _keep(draft, "CI", text(child))
    draft.fields["abstract"] = tuple(passages)


def _other_abstract(element: Element, draft: Draft) -> None:
    parts = [
        f"{child.get('Label')}: {text(child)}" if child.get("Label") else text(child)
        for child in element
        if child.tag == "AbstractText"
    ]
    _keep(draft, "OAB", " ".join(part for part in parts if part))
    _keep(draft, "OABL", element.get("Language", ""))


def _authors(element: Element, draft: Draft) -> None:
    found = []
    for child in element:
        author = _author(child, draft)
        if author is None:
            continue
        if child.get("ValidYN") == "N":
            _keep(draft, "FAU", f"{names.written(author)} [not valid]")
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
                _keep(draft, "AUID", f"{child.get('Source', '')}: {text(child)}")
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


def _language(element: Element, draft: Draft) -> None:
    draft.fields["languages"] = (*draft.fields.get("languages", ()), (element.text or "").strip().lower())


def _publication_type(element: Element, draft: Draft) -> None:
    draft.types.append(text(element))


def _publication_types(element: Element, draft: Draft) -> None:
    draft.types += [text(child) for child in element]


def _mesh(element: Element, draft: Draft) -> None:
    headings = []
    for heading in element:
        parts = [
            f"*{child.text}" if child.get("MajorTopicYN") == "Y" else child.text or ""
            for child in heading
            if child.tag in ("DescriptorName", "QualifierName")
        ]
        headings.append("/".join(parts))
    draft.fields["mesh"] = tuple(headings)


def _keywords(element: Element, draft: Draft) -> None:
    found = [keyword for child in element if (keyword := text(child))]
    draft.fields["keywords"] = tuple(dict.fromkeys((*draft.fields.get("keywords", ()), *found)))


def _grant(element: Element, draft: Draft) -> None:
    parts = _parts(element)
    said = [parts[tag] for tag in ("GrantID", "Acronym", "Agency") if parts.get(tag)]
    _keep(draft, "GR", "/".join([*said, parts.get("Country", "")]))


def _chemical(element: Element, draft: Draft) -> None:
    parts = _parts(element)
    _keep(draft, "RN", f"{parts.get('RegistryNumber', '')} ({parts.get('NameOfSubstance', '')})")


def _data_bank(element: Element, draft: Draft) -> None:
    bank = text(element.find("DataBankName"))
    for number in element.iter("AccessionNumber"):
        accession = text(number)
        registered = identifiers.registrations(accession) or identifiers.registrations(f"{bank} {accession}")
        if registered:
            draft.identifiers += [Identifier(scheme="registration", value=value) for value in registered]
        else:
            _keep(draft, "SI", f"{bank}/{accession}")


def _correction(element: Element, draft: Draft) -> None:
    parts = _parts(element)
    given = element.get("RefType", "")
    kind, _ = REF_TYPES.get(given, ("other", ""))
    said = [parts.get("RefSource", ""), parts.get("Note", "")]
    cited = " ".join(part for part in said if part)
    cited = f"{given}: {cited}" if kind == "other" else cited
    draft.links.append(
        Link(kind=kind, pmid=identifiers.pmid(parts.get("PMID", "")), text=" ".join(cited.split()).rstrip(" ."))
    )


def _person(tag: str) -> Handler:
    def handle(element: Element, draft: Draft) -> None:
        for child in element:
            if (person := _author(child, draft)) is not None:
                _keep(draft, tag, names.written(person))

    return handle


def _history(element: Element, draft: Draft) -> None:
    for child in element:
        parts = _parts(child)
        date = "/".join(f"{parts.get(tag, ''):0>2}" for tag in ("Year", "Month", "Day"))
        moment = f"{date} {parts.get('Hour', ''):0>2}:{parts.get('Minute', ''):0>2}"
        status = child.get("PubStatus", "")
        draft.extra.append((HISTORY[status], moment) if status in HISTORY else ("PHST", f"{moment} [{status}]"))


def _other_id(element: Element, draft: Draft) -> None:
    _keep(draft, "OID", f"{element.get('Source', '')}: {text(element)}")


def _isbn(element: Element, draft: Draft) -> None:
    found = identifiers.isbn(element.text or "")
    draft.fields["isbn"] = (*draft.fields.get("isbn", ()), *found)
    if not found:
        _keep(draft, "ISBN", text(element))


def _note(element: Element, draft: Draft) -> None:
    if said := text(element):
        draft.notes.append(said)


@lru_cache(maxsize=1 << 12)
def _issn(printed: str) -> tuple[str, ...]:
    return identifiers.issn(printed)


def _in_list(handler: Handler) -> Handler:
    def handle(element: Element, draft: Draft) -> None:
        for child in element:
            handler(child, draft)

    return handle


_ISSUE: dict[str, Handler] = {
    "Volume": _text_to("volume"),
    "Issue": _text_to("issue"),
    "PubDate": _publication_date,
}
_ARTICLE: dict[str, Handler] = {
    "Journal": _journal,
    "ArticleTitle": _title,
    "VernacularTitle": _text_to("original_title"),
    "Pagination": _pagination,
    "ELocationID": _location,
    "Abstract": _abstract,
    "AuthorList": _authors,
    "Language": _language,
    "DataBankList": _in_list(_data_bank),
    "GrantList": _in_list(_grant),
    "PublicationTypeList": _publication_types,
    "ArticleDate": _compact_date("DEP"),
}
_CITATION: dict[str, Handler] = {
    "PMID": _pmid,
    "DateCompleted": _compact_date("DCOM"),
    "DateRevised": _compact_date("LR"),
    "Article": _into(_ARTICLE),
    "MedlineJournalInfo": _journal_info,
    "ChemicalList": _in_list(_chemical),
    "SupplMeshList": _in_list(_keep_as("NM")),
    "CitationSubset": _keep_as("SB"),
    "CommentsCorrectionsList": _in_list(_correction),
    "GeneSymbolList": _in_list(_keep_as("GS")),
    "MeshHeadingList": _mesh,
    "NumberOfReferences": _keep_as("RF"),
    "PersonalNameSubjectList": _person("FPS"),
    "OtherID": _other_id,
    "OtherAbstract": _other_abstract,
    "KeywordList": _keywords,
    "CoiStatement": _keep_as("COIS"),
    "SpaceFlightMission": _keep_as("SFM"),
    "InvestigatorList": _person("FIR"),
    "GeneralNote": _note,
}
_DATA: dict[str, Handler] = {
    "History": _history,
    "PublicationStatus": _keep_as("PST"),
    "ArticleIdList": _article_ids,
}
_BOOK_ITSELF: dict[str, Handler] = {
    "Publisher": _into({"PublisherName": _text_to("publisher"), "PublisherLocation": _text_to("place")}),
    "BookTitle": _text_to("book"),
    "PubDate": _publication_date,
    "AuthorList": _authors,
    "Volume": _text_to("volume"),
    "Edition": _text_to("edition"),
    "CollectionTitle": _text_to("collection"),
    "Isbn": _isbn,
    "ELocationID": _location,
    "ReportNumber": _keep_as("RN"),
}
_BOOK: dict[str, Handler] = {
    "PMID": _pmid,
    "ArticleIdList": _article_ids,
    "Book": _into(_BOOK_ITSELF),
    "ArticleTitle": _title,
    "VernacularTitle": _text_to("original_title"),
    "Pagination": _pagination,
    "Language": _language,
    "AuthorList": _authors,
    "InvestigatorList": _person("FIR"),
    "PublicationType": _publication_type,
    "Abstract": _abstract,
    "KeywordList": _keywords,
    "ContributionDate": _compact_date("CTDT"),
    "DateRevised": _compact_date("LR"),
    "GrantList": _in_list(_grant),
}
