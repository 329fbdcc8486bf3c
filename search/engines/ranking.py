"""What a word weighs in each field: one rule for every engine, though each reckons with it in its own way."""

from search import language_fields as fields

SATURATION = 2.0
"""BM25's k1: how soon a word that is repeated stops counting for more."""

WEIGHTS = {
    fields.TEXT: (1.0, 0.75),
    fields.TITLE: (2.0, 0.5),
    fields.FILE: (1.0, 0.3),
    fields.REFERENCE: (1.5, 0.0),
    fields.PERSON: (2.0, 0.3),
    fields.PLACE: (1.5, 0.3),
    fields.BATCH: (0.5, 0.0),
    fields.BOX: (0.5, 0.0),
    fields.SOURCE: (0.5, 0.0),
    fields.CUSTODIAN: (0.5, 0.0),
}
"""For each field of words, what a word in it weighs and how much a long value lessens that (BM25F's w and b)."""

SUMMED_WEIGHTS = {name: weight * (0.5 if name == fields.TITLE else 1.0) for name, (weight, _) in WEIGHTS.items()}
"""The weights for engines that add up what each field scores by itself.

There a word that stands in the title and in the text counts in full twice, so the title weighs less in each; found on
the test collections (docs/measurements.md).
"""
