"""The facts of every document as arrays, made once for each segment: what is masked, counted and put in order by."""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from search import language_fields as fields
from search.analysis import keyword
from search.engines.whoosh_files import reading_files
from search.engines.whoosh_schema import ROW, VALUE_FIELDS

UNDATED = 0


@dataclass(frozen=True, slots=True)
class ValueColumn:
    """The values of one field: entry i says that document `docs[i]` has the value `values[codes[i]]`."""

    values: list[str]
    docs: NDArray[np.int32]
    codes: NDArray[np.int32]
    folded: list[str]
    """Each value as it is compared."""
    groups: NDArray[np.int32]
    """For each value the number of the first that is compared alike."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The facts of the documents, one after the other; days as ordinals, 0 for none."""

    record_ids: NDArray[np.int64]
    compartments: ValueColumn
    references: list[str]
    first_days: NDArray[np.int32]
    last_days: NDArray[np.int32]
    lengths: NDArray[np.float64]
    """One row for each field of words."""
    values: dict[str, ValueColumn]

    def __len__(self) -> int:
        return len(self.record_ids)


class _Collector:
    """A value column in the making."""

    def __init__(self) -> None:
        self.known: dict[str, int] = {}
        self.docs: list[int] = []
        self.codes: list[int] = []

    def add(self, doc: int, value: str) -> None:
        self.docs.append(doc)
        self.codes.append(self.known.setdefault(value, len(self.known)))

    def column(self) -> ValueColumn:
        return _value_column(list(self.known), self.docs, self.codes)


def read_columns(reader: Any) -> Columns:
    """The columns of one segment, its deleted documents included."""
    count = reader.doc_count_all()
    record_ids = np.zeros(count, dtype=np.int64)
    days = np.zeros((2, count), dtype=np.int32)
    lengths = np.zeros((len(fields.WORD_FIELDS), count))
    references: list[str] = []
    compartments = _Collector()
    values = {name: _Collector() for name in VALUE_FIELDS}
    for doc in range(count):
        with reading_files():
            row = json.loads(reader.stored_fields(doc)[ROW])
        record_ids[doc] = row["id"]
        compartments.add(doc, row["in"])
        references.append(row["ref"])
        if row["dates"]:
            days[:, doc] = row["dates"]
        lengths[:, doc] = row["lengths"]
        for name, found in row["values"].items():
            for value in found:
                values[name].add(doc, value)
    return Columns(
        record_ids,
        compartments.column(),
        references,
        days[0],
        days[1],
        lengths,
        {name: collector.column() for name, collector in values.items()},
    )


def join_columns(parts: list[Columns]) -> Columns:
    """The columns of several segments as one, in their order."""
    bases = np.cumsum([0, *(len(part) for part in parts)])[:-1].astype(np.int32)
    return Columns(
        np.concatenate([part.record_ids for part in parts]),
        _join_values([part.compartments for part in parts], bases),
        [reference for part in parts for reference in part.references],
        np.concatenate([part.first_days for part in parts]),
        np.concatenate([part.last_days for part in parts]),
        np.concatenate([part.lengths for part in parts], axis=1),
        {name: _join_values([part.values[name] for part in parts], bases) for name in VALUE_FIELDS},
    )


def _join_values(parts: list[ValueColumn], bases: NDArray[np.int32]) -> ValueColumn:
    known: dict[str, int] = {}
    codes = []
    for part in parts:
        new = np.array([known.setdefault(value, len(known)) for value in part.values], dtype=np.int32)
        codes.append(new[part.codes])
    docs = [part.docs + base for part, base in zip(parts, bases, strict=True)]
    return _value_column(list(known), np.concatenate(docs), np.concatenate(codes))


def _value_column(
    values: list[str], docs: list[int] | NDArray[np.int32], codes: list[int] | NDArray[np.int32]
) -> ValueColumn:
    folded = [keyword(value) for value in values]
    firsts: dict[str, int] = {}
    groups = np.array([firsts.setdefault(each, i) for i, each in enumerate(folded)], dtype=np.int32)
    return ValueColumn(values, np.asarray(docs, dtype=np.int32), np.asarray(codes, dtype=np.int32), folded, groups)
