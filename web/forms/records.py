"""What the pages of a record ask for."""

from collections.abc import Iterable, Mapping

from wtforms import PasswordField, SelectField, TextAreaField
from wtforms.validators import ValidationError

from failings.escalations import DUE, KINDS
from retention.models import NoticeCategory
from web.forms.base import Form, Many, Needed, OneOf, TextField, choices

WHY = "Say why, in a few words"


class DecisionForm(Form):
    """Confirm or reject what was suggested."""

    outcome = OneOf(
        "Your decision",
        choices=choices([("confirmed", "Confirm"), ("rejected", "Reject")]),
        validators=[Needed("Choose confirm or reject")],
    )
    reason = TextField("Why", [Needed(WHY)])
    paragraph = SelectField("Paragraph of the notice", validate_choice=False)
    substantiated = SelectField(
        "Was it substantiated?",
        choices=choices([("unknown", "Not known"), ("yes", "Yes"), ("no", "No")]),
        default="unknown",
    )

    def for_category(self, category: NoticeCategory) -> "DecisionForm":
        """The paragraphs are those of this category."""
        listed = category.paragraphs.split()
        self.paragraph.choices = choices([("", "Not said"), *((each, each) for each in listed)])
        if self.paragraph.data is None and len(listed) == 1:
            self.paragraph.data = listed[0]
        return self


class AddCategoryForm(Form):
    """A category that was not suggested."""

    category = OneOf("Category", validators=[Needed("Choose the category the record falls under")])
    reason = TextField("Why", [Needed(WHY)])
    paragraph = SelectField("Paragraph of the notice", validate_choice=False)
    substantiated = SelectField(
        "Was it substantiated?",
        choices=choices([("unknown", "Not known"), ("yes", "Yes"), ("no", "No")]),
        default="unknown",
    )

    def of(self, listed: Iterable[NoticeCategory]) -> "AddCategoryForm":
        """The choices are these categories and their paragraphs."""
        listed = list(listed)
        self.category.choices = choices((each.code, each.title) for each in listed)
        paragraphs = dict.fromkeys(code for each in listed for code in each.paragraphs.split())
        self.paragraph.choices = choices([("", "Not said"), *((each, each) for each in paragraphs)])
        return self


class RelevanceForm(Form):
    """Whether the inquiry would wish to be given the record."""

    answer = OneOf(
        "Is it relevant to what the inquiry asked for?",
        choices=choices([("relevant", "Relevant"), ("not-relevant", "Not relevant"), ("undecided", "Not decided yet")]),
        validators=[Needed("Choose an answer")],
    )
    paragraphs = Many("Which paragraphs does it answer?", coerce=int)
    reason = TextField("Why", [Needed(WHY)])

    def of(self, cited: Mapping[int, str]) -> "RelevanceForm":
        """The paragraphs are these, by their ids, as they are cited."""
        self.paragraphs.choices = choices((str(number), words) for number, words in cited.items())
        return self


class SecondReaderForm(Form):
    """A reason, and the second reader, who signs in their own hand."""

    reason = TextField("Why", [Needed(WHY)])
    second = TextField("Second reader’s e-mail address", [Needed("Give the second reader’s e-mail address")])
    password = PasswordField(
        "Second reader’s password", [Needed("The second reader types their own password, to sign the decision")]
    )


class ReasonForm(Form):
    """Only a reason."""

    reason = TextField("Why", [Needed(WHY)])


class MarkForm(Form):
    """Privileged or restricted, and why."""

    kind = OneOf(
        "Mark this record",
        choices=choices([("privileged", "Privileged"), ("restricted", "Restricted")]),
        validators=[Needed("Choose privileged or restricted")],
    )
    reason = TextField("Why", [Needed(WHY)])


class EscalationForm(Form):
    """A child or person at risk now: what, where, who is told and by when."""

    kind = OneOf(
        "What are you worried about?",
        choices=choices((code, kind.label) for code, kind in KINDS.items()),
        validators=[Needed("Choose what comes nearest")],
    )
    facts = TextAreaField(
        "The facts, as few as whoever is told must have", [Needed("Say in a sentence or two what worries you")]
    )
    page = TextField("Page of the record")
    tell = TextField("Who must be told")
    due = SelectField(
        "By when",
        choices=choices([("", "As usual for this"), *((str(hours), words) for hours, words in DUE.items())]),
    )

    def validate_page(self, field: TextField) -> None:
        """Returns only if the page is a number, or nothing.

        Raises:
            ValidationError: It is something else.
        """
        if field.data and not field.data.isdecimal():
            raise ValidationError("Give the page as a number, or leave it empty")
