"""Outcomes as clinicians extract them: forms, checks, summary tables."""
