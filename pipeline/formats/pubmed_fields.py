"""One parsed PubMed article to the fields of a record: which element is read by what."""

from lxml.etree import _Element as Element

from pipeline.formats import kinds
from pipeline.formats import pubmed_elements as read
from pipeline.formats.assembly import sorted_identifiers
from pipeline.formats.pubmed_draft import Draft, Fields, Handler, in_list, into, keep, keep_as, text_to, walk
from pipeline.records import identifiers


def of_article(root: Element) -> Fields:
    """Read a PubmedArticle."""
    draft = Draft()
    for part in root:
        walk(part, _DATA if part.tag == "PubmedData" else _CITATION, draft)
        if part.tag == "MedlineCitation":
            keep(draft, "OWN", part.get("Owner", ""))
            keep(draft, "STAT", part.get("Status", ""))
    return _finish(draft, "article")


def of_book(root: Element) -> Fields:
    """Read a PubmedBookArticle: a chapter if it has a title of its own, else the book."""
    draft = Draft()
    for part in root:
        walk(part, _DATA if part.tag == "PubmedBookData" else _BOOK, draft)
    book, collection = draft.fields.pop("book", ""), draft.fields.pop("collection", "")
    if "title" in draft.fields:
        draft.fields["journal"] = book
        keep(draft, "CTI", collection)
        return _finish(draft, "chapter")
    draft.fields["title"], draft.fields["journal"] = book, collection
    return _finish(draft, "book")


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


_ARTICLE: dict[str, Handler] = {
    "Journal": read.journal,
    "ArticleTitle": read.title,
    "VernacularTitle": text_to("original_title"),
    "Pagination": read.pagination,
    "ELocationID": read.location,
    "Abstract": read.abstract,
    "AuthorList": read.authors,
    "Language": read.language,
    "DataBankList": in_list(read.data_bank),
    "GrantList": in_list(read.grant),
    "PublicationTypeList": read.publication_types,
    "ArticleDate": read.compact_date("DEP"),
}
_CITATION: dict[str, Handler] = {
    "PMID": read.pmid,
    "DateCompleted": read.compact_date("DCOM"),
    "DateRevised": read.compact_date("LR"),
    "Article": into(_ARTICLE),
    "MedlineJournalInfo": read.journal_info,
    "ChemicalList": in_list(read.chemical),
    "SupplMeshList": in_list(keep_as("NM")),
    "CitationSubset": keep_as("SB"),
    "CommentsCorrectionsList": in_list(read.correction),
    "GeneSymbolList": in_list(keep_as("GS")),
    "MeshHeadingList": read.mesh,
    "NumberOfReferences": keep_as("RF"),
    "PersonalNameSubjectList": read.person("FPS"),
    "OtherID": read.other_id,
    "OtherAbstract": read.other_abstract,
    "KeywordList": read.keywords,
    "CoiStatement": keep_as("COIS"),
    "SpaceFlightMission": keep_as("SFM"),
    "InvestigatorList": read.person("FIR"),
    "GeneralNote": read.note,
}
_DATA: dict[str, Handler] = {
    "History": read.history,
    "PublicationStatus": keep_as("PST"),
    "ArticleIdList": read.article_ids,
}
_BOOK_ITSELF: dict[str, Handler] = {
    "Publisher": into({"PublisherName": text_to("publisher"), "PublisherLocation": text_to("place")}),
    "BookTitle": text_to("book"),
    "PubDate": read.publication_date,
    "AuthorList": read.authors,
    "Volume": text_to("volume"),
    "Edition": text_to("edition"),
    "CollectionTitle": text_to("collection"),
    "Isbn": read.isbn,
    "ELocationID": read.location,
    "ReportNumber": keep_as("RN"),
}
_BOOK: dict[str, Handler] = {
    "PMID": read.pmid,
    "ArticleIdList": read.article_ids,
    "Book": into(_BOOK_ITSELF),
    "ArticleTitle": read.title,
    "VernacularTitle": text_to("original_title"),
    "Pagination": read.pagination,
    "Language": read.language,
    "AuthorList": read.authors,
    "InvestigatorList": read.person("FIR"),
    "PublicationType": read.publication_type,
    "Abstract": read.abstract,
    "KeywordList": read.keywords,
    "ContributionDate": read.compact_date("CTDT"),
    "DateRevised": read.compact_date("LR"),
    "GrantList": in_list(read.grant),
}
