from pipeline.cli import main


def told(review, words, capsys):
    capsys.readouterr()
    code = main.run(["why", words, str(review)])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_a_record_is_found_by_its_doi_and_tells_its_life(review, capsys):
    code, out, _ = told(review, "10.1000/GAMMA", capsys)
    assert code == 0
    assert out.splitlines()[1:] == [
        "  Found by the search 'lists' in Reference lists (citation-searching).",
        "  Read from queries/imports/lists/lists.ris, block 2, line 9.",
        "Duplicates",
        "  It is the only record of its citation.",
        "Screening",
        "  Title and abstract: skipped, since it was found by other methods.",
        "  Full text: awaits decisions.",
        "History",
        "  2026-01-01 full-text, handed to Anna A",
        "  2026-01-01 full-text, handed to ben",
        "Counted in",
        "  Records identified from citation searching (Reference lists)",
        "  Reports sought for retrieval (other methods)",
        "  Reports from other methods await retrieval",
    ]


def test_a_record_is_found_by_words_of_its_title(review, capsys):
    code, out, _ = told(review, "made-up cohort", capsys)
    assert code == 0
    assert "Beta 2002, A made-up cohort of beta patients without treatment" in out


def test_words_of_several_titles_are_asked_back_with_their_ids(review, capsys):
    code, _, err = told(review, "of", capsys)
    assert code == 2
    assert err.startswith("'of' stands in 2 titles; accepted: one of their ids: ")


def test_what_is_no_record_is_said(review, capsys):
    code, _, err = told(review, "embase:nothing", capsys)
    assert (code, err.startswith("'embase:nothing' is no record of this review.")) == (2, True)
