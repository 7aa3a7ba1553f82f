"""A record as the PubmedArticle that PubMed would send.

Source: NLM, PubMed DTD of 1 January 2025, https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd (elements, order).
"""

from collections.abc import Iterable, Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

from pipeline.formats.pubmed_terms import HISTORY, REF_TYPES
from pipeline.records.record import Author, Record
from pipeline.sandbox.corpus import CITES
from pipeline.sandbox.index import Day, day

HEAD = (
    '<?xml version="1.0" ?>\n<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2025//EN" '
    '"https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">\n'
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def article_set(records: Iterable[Record]) -> bytes:
    """Write records as one EFetch answer; none of them gives an empty set, as PubMed does for unknown PMIDs."""
    return (HEAD + "<PubmedArticleSet>\n" + "".join(map(article, records)) + "</PubmedArticleSet>").encode()


def article(record: Record) -> str:
    """Write one record as a PubmedArticle."""
    revised = _numbers(day(record, "lr"))
    return "".join(
        (
            '<PubmedArticle>\n<MedlineCitation Status="PubMed-not-MEDLINE" Owner="NLM">\n',
            f'<PMID Version="{record.version}">{record.pmid}</PMID>\n<DateRevised>{revised}</DateRevised>\n',
            '<Article PubModel="Print">\n',
            _journal(record),
            _element("ArticleTitle", record.title),
            f"<Pagination>{_element('MedlinePgn', record.pages)}</Pagination>\n",
            f'<ELocationID EIdType="doi" ValidYN="Y">{escape(record.doi)}</ELocationID>\n' if record.doi else "",
            _abstract(record),
            _authors(record.authors),
            *(_element("Language", language) for language in record.languages or ("und",)),
            _listed("PublicationTypeList", (_identified("PublicationType", name) for name in record.publication_types)),
            _element("VernacularTitle", record.original_title) if record.original_title else "",
            "</Article>\n<MedlineJournalInfo>",
            _element("MedlineTA", record.journal_abbreviation or record.journal),
            "</MedlineJournalInfo>\n",
            _listed("CommentsCorrectionsList", _links(record)),
            _listed("MeshHeadingList", map(_heading, record.mesh)),
            _keywords(record.keywords),
            "</MedlineCitation>\n",
            _history(record),
            "</PubmedArticle>\n",
        )
    )


def _element(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>\n"


def _identified(name: str, text: str, attributes: str = "") -> str:
    return f'<{name} UI=""{attributes}>{escape(text)}</{name}>\n'


def _listed(name: str, items: Iterable[str], attributes: str = "") -> str:
    inside = "".join(items)
    return f"<{name}{attributes}>\n{inside}</{name}>\n" if inside else ""


def _numbers(moment: Day) -> str:
    return "".join(f"<{name}>{value:02}</{name}>" for name, value in zip(("Year", "Month", "Day"), moment, strict=True))


def _journal(record: Record) -> str:
    month = f"<Month>{_MONTHS[record.month - 1]}</Month>" if record.month else ""
    date = f"<Year>{record.year}</Year>{month}" + (f"<Day>{record.day:02}</Day>" if record.month and record.day else "")
    printed = date if record.year else f"<MedlineDate>{escape(record.date or 'date unknown')}</MedlineDate>"
    return "".join(
        (
            "<Journal>\n",
            *(f'<ISSN IssnType="Print">{number}</ISSN>\n' for number in record.issn[:1]),
            '<JournalIssue CitedMedium="Print">',
            _element("Volume", record.volume) if record.volume else "",
            _element("Issue", record.issue) if record.issue else "",
            f"<PubDate>{printed}</PubDate></JournalIssue>\n",
            _element("Title", record.journal),
            _element("ISOAbbreviation", record.journal_abbreviation) if record.journal_abbreviation else "",
            "</Journal>\n",
        )
    )


def _abstract(record: Record) -> str:
    texts = (
        f"<AbstractText{f' Label={quoteattr(part.label)}' if part.label else ''}>{escape(part.text)}</AbstractText>\n"
        for part in record.abstract
    )
    return _listed("Abstract", texts)


def _authors(authors: Sequence[Author]) -> str:
    return _listed("AuthorList", map(_author, authors), ' CompleteYN="Y"')


def _author(author: Author) -> str:
    if author.is_group:
        names = _element("CollectiveName", author.family)
    else:
        initials = "".join(part[0] for part in author.given.replace("-", " ").split())
        together = author.given.isupper() and " " not in author.given
        names = _element("LastName", author.family)
        if author.given:
            names += _element("ForeName", author.given) + _element("Initials", author.given if together else initials)
        if author.suffix:
            names += _element("Suffix", author.suffix)
    orcid = f'<Identifier Source="ORCID">{author.orcid}</Identifier>\n' if author.orcid else ""
    places = (f"<AffiliationInfo>{_element('Affiliation', place)}</AffiliationInfo>\n" for place in author.affiliations)
    return f'<Author ValidYN="Y">{names}{orcid}{"".join(places)}</Author>\n'


def _links(record: Record) -> Iterator[str]:
    """Write the pointers to other documents that PubMed has a name for."""
    for link in record.links:
        if link.kind in _REF_TYPES:
            pmid = f'<PMID Version="1">{link.pmid}</PMID>' if link.pmid else ""
            source = _element("RefSource", link.text)
            yield f'<CommentsCorrections RefType="{_REF_TYPES[link.kind]}">{source}{pmid}</CommentsCorrections>\n'


# The first name that PubMed has for a kind of link.
_REF_TYPES = {kind: name for name, (kind, _) in reversed(REF_TYPES.items())}


def _heading(heading: str) -> str:
    names = zip(("DescriptorName", "QualifierName"), heading.split("/"), strict=False)
    inside = (
        _identified(name, text.removeprefix("*"), f' MajorTopicYN="{"Y" if text.startswith("*") else "N"}"')
        for name, text in names
    )
    return f"<MeshHeading>{''.join(inside)}</MeshHeading>\n"


def _keywords(keywords: Sequence[str]) -> str:
    items = (f'<Keyword MajorTopicYN="N">{escape(keyword)}</Keyword>\n' for keyword in keywords)
    return _listed("KeywordList", items, ' Owner="NOTNLM"')


def _history(record: Record) -> str:
    dates = "".join(
        f'<PubMedPubDate PubStatus="{status}">{_numbers(day(record, tag.lower()))}</PubMedPubDate>'
        for status, tag in HISTORY.items()
        if status == "pubmed" or any(key == tag for key, _ in record.extra)
    )
    ids = [f'<ArticleId IdType="pubmed">{record.pmid}</ArticleId>\n']
    ids += [f'<ArticleId IdType="doi">{escape(record.doi)}</ArticleId>\n'] if record.doi else []
    ids += [f'<ArticleId IdType="pmc">{record.pmcid}</ArticleId>\n'] if record.pmcid else []
    cited = (
        f"<Reference>{_element('Citation', f'PMID {value}')}<ArticleIdList>"
        f'<ArticleId IdType="pubmed">{value}</ArticleId></ArticleIdList></Reference>\n'
        for key, value in record.extra
        if key == CITES
    )
    return (
        f"<PubmedData>\n<History>{dates}</History>\n<PublicationStatus>ppublish</PublicationStatus>\n"
        f"{_listed('ArticleIdList', ids)}{_listed('ReferenceList', cited)}</PubmedData>\n"
    )
