"""Plots as SVG, laid out by hand: forest, funnel, timeline."""
