"""The two forms in which a document leaves, written by the same calls, so that both say the same."""

from typing import Literal

from store.pdf_paper import PdfPaper
from store.word_paper import Paper

Form = Literal["docx", "pdf"]
PAPERS: dict[Form, type[Paper] | type[PdfPaper]] = {"docx": Paper, "pdf": PdfPaper}


def sentence(words: str) -> str:
    """The words with a full stop, unless they end with what ends a sentence."""
    return words if words.endswith((".", "!", "?")) else f"{words}."
