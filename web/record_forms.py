"""The forms of a record's page: empty, except the one that was just sent and could not be used."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from retention.models import NoticeCategory
from web.forms.base import Form
from web.forms.records import (
    AddCategoryForm,
    DecisionForm,
    MarkForm,
    ReasonForm,
    RelevanceForm,
    SecondReaderForm,
)

Kind = TypeVar("Kind", bound=Form)
# Each form's fields carry its name before theirs, because they all stand on one page.
ADD, RELEVANCE, CLEAR, MARK, HOLD = "add", "relevance", "clear", "mark", "hold"


def lift_name(mark_id: int) -> str:
    """The name of the form that lifts this mark."""
    return f"lift-{mark_id}"


def release_name(hold_id: int) -> str:
    """The name of the form that releases this hold."""
    return f"release-{hold_id}"


@dataclass(frozen=True)
class RecordForms:
    """The forms by name; `sent` is the one with faults, which stands in for its empty twin."""

    sent: dict[str, Form] = field(default_factory=dict)

    @property
    def faulty(self) -> Form | None:
        """The form that could not be used, if one was sent."""
        return next((form for form in self.sent.values() if form.errors), None)

    @property
    def faulty_name(self) -> str:
        """Its name, so that the page opens there."""
        return next((name for name, form in self.sent.items() if form.errors), "")

    def decision(self, category: NoticeCategory) -> DecisionForm:
        """The decision on one suggested category."""
        form = self._named(category.code, DecisionForm)
        return form.for_category(category)

    def add(self, listed: Sequence[NoticeCategory]) -> AddCategoryForm:
        """A category nobody suggested."""
        return self._named(ADD, AddCategoryForm).of(listed)

    def relevance(self, cited: Mapping[int, str], *, answer: str = "", answered: Collection[int] = ()) -> RelevanceForm:
        """Relevance to disclosure, and to which of these paragraphs; as it was answered before, until it is sent."""
        form = self._named(RELEVANCE, RelevanceForm).of(cited)
        if RELEVANCE not in self.sent:
            form.answer.data, form.paragraphs.data = answer, list(answered)
        return form

    def clear(self) -> SecondReaderForm:
        """Outside the notice."""
        return self._named(CLEAR, SecondReaderForm)

    def mark(self) -> MarkForm:
        """Privileged or restricted."""
        return self._named(MARK, MarkForm)

    def hold(self) -> ReasonForm:
        """A hold placed by hand."""
        return self._named(HOLD, ReasonForm)

    def lift(self, mark_id: int) -> ReasonForm:
        """The end of a mark."""
        return self._named(lift_name(mark_id), ReasonForm)

    def release(self, hold_id: int) -> SecondReaderForm:
        """The end of a hold placed by hand."""
        return self._named(release_name(hold_id), SecondReaderForm)

    def _named(self, name: str, kind: type[Kind]) -> Kind:
        form = self.sent.get(name)
        return form if isinstance(form, kind) else kind(formdata=None, prefix=name)
