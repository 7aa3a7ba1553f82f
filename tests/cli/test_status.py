from pipeline.cli import main


def test_status_says_who_owes_what(review, capsys):
    capsys.readouterr()
    assert main.run(["status", str(review)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "",
        "Stage               Citations  Settled  Awaiting  Conflicts  Excluded  Not retrieved  Passed",
        "Title and abstract          2        0         2          0         0              0       0",
        "Full text                   1        0         1          0         0              0       0",
        "",
        "Stage               Reviewer  Handed out  Decided  Owed  Second votes  Not needed  Missing",
        "Title and abstract  anna               2        0     2             0           0        0",
        "Title and abstract  ben                2        0     2             0           0        0",
        "Full text           anna               1        0     1             0           0        0",
        "Full text           ben                1        0     1             0           0        0",
        "",
        "Title and abstract: 2 citations wait for decisions.",
        "Title and abstract: anna owes 2 decisions.",
        "Title and abstract: ben owes 2 decisions.",
        "Full text: 1 citation waits for decisions.",
        "Full text: anna owes 1 decision.",
        "Full text: ben owes 1 decision.",
    ]


def test_a_scheduler_learns_from_the_exit_code_that_decisions_are_owed(review):
    assert main.run(["status", str(review), "--check"]) == 1


def test_days_are_listed_on_request(review, capsys):
    capsys.readouterr()
    main.run(["status", str(review), "--days"])
    assert "2026-01-01  title-abstract        0          4" in capsys.readouterr().out.splitlines()
