"""PRISMA 2020: every box counted from rows, and its diagrams."""
