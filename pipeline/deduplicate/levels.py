"""How a field of two records compares, from agreement to contradiction, or not at all."""

from typing import Final, Literal

# same: equal once made ready. alike: the same but for spelling, or most of it. part: one holds the other.
# close: titles of which a few words differ. unlike: cannot be set against each other, or have little in common.
# different: contradict. missing: one record lacks the field, which is never an agreement.
Level = Literal["same", "alike", "part", "close", "unlike", "different", "missing"]

SAME: Final = "same"
ALIKE: Final = "alike"
PART: Final = "part"
CLOSE: Final = "close"
UNLIKE: Final = "unlike"
DIFFERENT: Final = "different"
MISSING: Final = "missing"
