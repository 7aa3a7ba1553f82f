"""Decisions of reviewers: worksheets out, decisions in, one status a citation."""
