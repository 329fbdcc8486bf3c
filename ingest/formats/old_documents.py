"""Word documents of before 2007: whether they may hold what no page of theirs shows ([MS-DOC] 2.5 and 2.6.1)."""

import re
from pathlib import Path

import olefile

_TEXT, _TABLES, _OBJECTS = "WordDocument", ("0Table", "1Table"), "ObjectPool"
_WORD_97 = 0x00C1
# Struck out, put in, hidden: each before the byte that turns it on.
_MARKS = re.compile(rb"(?:[\x00\x01]\x08|\x3c\x08)[\x01\x81]")
_COMMENTS = slice(0x5C, 0x60)


def may_hide_words(path: Path) -> bool:
    """Whether the document may hold comments, changes, hidden words or files set in; of a doubtful one, that it may."""
    try:
        with olefile.OleFileIO(str(path)) as file:
            text = file.openstream(_TEXT).read()
            tables = [file.openstream(each).read() for each in _TABLES if file.exists(each)]
            holds_objects = file.exists(_OBJECTS)
    except OSError:
        return True
    is_older = int.from_bytes(text[2:4], "little") < _WORD_97
    return is_older or holds_objects or any(text[_COMMENTS]) or any(map(_MARKS.search, [text, *tables]))
