"""The two forms in which a document leaves, written by the same calls, so that both say the same."""

from pathlib import PurePath
from typing import Literal

from store.errors import InvalidInputError
from store.pdf_paper import PdfPaper
from store.word_paper import Paper

Form = Literal["docx", "pdf"]
PAPERS: dict[Form, type[Paper] | type[PdfPaper]] = {"docx": Paper, "pdf": PdfPaper}


def form_of(name: PurePath) -> Form:
    """The form that a file of this name has.

    Raises:
        InvalidInputError: It is neither: a Word document under another name would not be opened as one.
    """
    match name.suffix.lower():
        case ".pdf":
            return "pdf"
        case ".docx":
            return "docx"
    raise InvalidInputError(
        f"{name.name} was not written, because its name ends in neither .docx nor .pdf: choose one."
    )


def sentence(words: str) -> str:
    """The words with a full stop, unless they end with what ends a sentence."""
    return words if words.endswith((".", "!", "?")) else f"{words}."
