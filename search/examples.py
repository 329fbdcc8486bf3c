"""What can be written, by example: the help page shows these, and the tests run every one of them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Example:
    """A query and, in a few words, what it finds."""

    written: str
    finds: str


@dataclass(frozen=True, slots=True)
class Lesson:
    """Examples of one kind."""

    title: str
    examples: tuple[Example, ...]


LESSONS = (
    Lesson(
        "Words",
        (
            Example("patient families", "both words, in any order and in their other forms: patients, family"),
            Example('"risk assessment"', "exactly these words, one after the other"),
            Example("=patient", "only this form of the word"),
            Example("ward AND staff", "the same as ward staff"),
            Example("log OR diary OR ledger", "any of them"),
            Example("ward NOT hospital", "the first without the second"),
            Example("(nurse OR doctor) AND (ward OR clinic) NOT audit", "brackets say what belongs together"),
            Example("*", "every record"),
        ),
    ),
    Lesson(
        "Near each other",
        (
            Example("risk w/5 assessment", "at most five words apart, in either order"),
            Example("family pre/10 evidence", "the first at most ten words before the second"),
            Example('"mental health" w/10 (act OR trust)', "phrases and groups can be near each other too"),
            Example("(mental w/3 health) w/20 trust", "and so can what is already near something"),
        ),
    ),
    Lesson(
        "Spelling, and what a scanner made of it",
        (
            Example("assess*", "words that begin so"),
            Example("wom?n", "exactly one letter"),
            Example("hospita1~", "one letter wrong, as scanners read: rn and m, l and 1 count as the same"),
            Example("asessmentt~2", "two letters wrong"),
        ),
    ),
    Lesson(
        "In one place",
        (
            Example("title:evidence", "in the title; file: in the file name, text: in nothing but the text"),
            Example("person:quillfeather", "a person named; place: a home or body"),
            Example('person:="Ada Quillfeather"', "exactly this name, and no longer one"),
            Example('batch:"Returned spring" box:3', "the batch, and the box of it or of a copy; source: where from"),
            Example("custodian:clerk", "who kept it, or a copy of it, before it was handed over"),
            Example("title:(hearing OR evidence)", "brackets after a field hold for all that is in them"),
            Example("type:minutes", "the type of record; type:memo* is any that begins so"),
            Example("category:failings", "a category, decided or still only suggested"),
        ),
    ),
    Lesson(
        "Dates",
        (
            Example("date:1974", "written in 1974, or perhaps: a record of about 1974 is found and marked"),
            Example("date:1974-05", "in May 1974; date:1974-05-01 on that day"),
            Example("date:1970..1979-06", "between these; 1970.. and ..1979 are open on one side"),
            Example("year:1974..1976", "by the year"),
            Example("date:none", "not dated; NOT date:none leaves those out"),
        ),
    ),
    Lesson(
        "How far the work is",
        (
            Example("state:partly-read", "some page could not be read; also read, unread and container"),
            Example("read:ocr", "read from the image by machine; also layer, both, native and unread"),
            Example("has:review=waiting", "a suggestion waits for a decision; also decided and none"),
            Example("has:category=failings", "the category is decided; has:suggested=failings is only suggested"),
            Example("has:person NOT has:date", "names somebody and is not dated"),
        ),
    ),
)
