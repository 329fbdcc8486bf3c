"""The notice file: read, checked line by line, and tried against its own sentences before it is used.

A fault in a lexicon under-retains without a sound (a missing comma makes two words one that never occurs), so
nothing is guessed here: an unknown key, an empty list or a group nobody defined stops the load and names its line.
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import yaml

from retention.lexicon import LOOK_ALIKES, Lexicon, expand_term
from retention.notice_definition import (
    Category,
    NoticeDefinition,
    Paragraph,
    Rule,
    StrengthScale,
    TermGroup,
    Window,
)
from retention.suggesting import DocumentText, Suggester
from store.errors import InvalidInputError

_WINDOWS: dict[str, Window] = {"sentence": "sentence", "near": "near", "page": "page", "document": "document"}


class _Block:
    """A mapping of the file that knows its line and lets no key go unread."""

    def __init__(self, node: yaml.Node, where: str, file: str) -> None:
        self.where, self.file, self.line = where, file, node.start_mark.line + 1
        if not isinstance(node, yaml.MappingNode):
            raise self.fault("should be a block of “key: value” lines", node)
        self._nodes: dict[str, yaml.Node] = {}
        for key, value in node.value:
            if key.value in self._nodes:
                raise self.fault(f"has “{key.value}” twice", key)
            self._nodes[key.value] = value
        self._unread = set(self._nodes)

    def fault(self, what: str, node: yaml.Node | None = None) -> InvalidInputError:
        line = self.line if node is None else node.start_mark.line + 1
        return InvalidInputError(f"{self.file}, line {line}: {self.where} {what}.")

    def node(self, key: str) -> yaml.Node:
        if key not in self._nodes:
            raise self.fault(f"has no “{key}”: add it")
        self._unread.discard(key)
        return self._nodes[key]

    def has(self, key: str) -> bool:
        return key in self._nodes

    def text(self, key: str, default: str | None = None) -> str:
        if default is not None and not self.has(key):
            return default
        node = self.node(key)
        if not isinstance(node, yaml.ScalarNode) or not node.value.strip():
            raise self.fault(f"needs words after “{key}”", node)
        return " ".join(str(node.value).split())

    def number(self, key: str, default: float | None = None, *, highest: float = 1.0) -> float:
        if default is not None and not self.has(key):
            return default
        words = self.text(key)
        try:
            value = float(words)
        except ValueError:
            raise self.fault(f"has “{key}: {words}”, which is not a number", self.node(key)) from None
        if not 0 <= value <= highest:
            raise self.fault(f"has “{key}: {words}”, which must lie between 0 and {highest:g}", self.node(key))
        return value

    def texts(self, key: str, *, optional: bool = False) -> tuple[str, ...]:
        if optional and not self.has(key):
            return ()
        return tuple(text for text, _ in self._items(key))

    def terms(self, key: str) -> tuple[str, ...]:
        seen: dict[str, None] = {}
        for term, node in self._items(key):
            try:
                expand_term(term)
            except InvalidInputError as error:
                raise self.fault(f"cannot be used: {str(error).rstrip('.')}", node) from None
            if term in seen:
                raise self.fault(f"has the term “{term}” twice", node)
            seen[term] = None
        return tuple(seen)

    def blocks(self, key: str, name: str) -> Iterator["_Block"]:
        node = self.node(key)
        if not isinstance(node, yaml.SequenceNode) or not node.value:
            raise self.fault(f"needs a list under “{key}”", node)
        for number, item in enumerate(node.value, 1):
            yield _Block(item, f"{name} {number}", self.file)

    def block(self, key: str) -> "_Block":
        return _Block(self.node(key), f"the block “{key}”", self.file)

    def close(self) -> None:
        if self._unread:
            key = min(self._unread)
            raise self.fault(f"has “{key}”, which means nothing here: correct or remove it", self._nodes[key])

    def _items(self, key: str) -> list[tuple[str, yaml.Node]]:
        node = self.node(key)
        if not isinstance(node, yaml.SequenceNode) or not node.value:
            raise self.fault(f"needs a list under “{key}”", node)
        items: list[tuple[str, yaml.Node]] = []
        for item in node.value:
            if not isinstance(item, yaml.ScalarNode) or not item.value.strip():
                raise self.fault(f"has an entry under “{key}” that is not plain words", item)
            items.append((" ".join(item.value.split()), item))
        return items


def load_notice(path: Path) -> NoticeDefinition:
    """The notice this file describes.

    Raises:
        InvalidInputError: The file cannot be read or does not say what it must; the message names the line.
    """
    try:
        source = path.read_text(encoding="utf-8")
        root_node = yaml.compose(source, Loader=yaml.CSafeLoader)
    except OSError as error:
        raise InvalidInputError(
            f"The notice file {path.name} cannot be read ({error.strerror}): put it back."
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark is not None else ""
        problem = getattr(error, "problem", None) or "not readable as UTF-8 text"
        raise InvalidInputError(f"{path.name}{line}: not valid YAML ({problem}): correct that line.") from error
    if root_node is None:
        raise InvalidInputError(f"The notice file {path.name} is empty: put the notice back.")
    root = _Block(root_node, "the file", path.name)
    if root.text("format") != "1":
        raise root.fault("has a format this version cannot read: write “format: 1”")
    definition = _definition(root, source)
    root.close()
    return definition


def _definition(root: _Block, source: str) -> NoticeDefinition:
    notice = root.block("notice")
    paragraphs = tuple(_paragraph(block) for block in notice.blocks("paragraphs", "paragraph"))
    groups: dict[str, TermGroup] = {}
    for block in root.blocks("context", "context group"):
        _add_group(groups, block, block)
        block.close()
    look_alike_block = root.block(LOOK_ALIKES)
    look_alikes = TermGroup(
        LOOK_ALIKES, look_alike_block.terms("terms"), look_alike_block.line, look_alike_block.texts("examples")
    )
    look_alike_block.close()
    codes = {paragraph.code for paragraph in paragraphs}
    categories = tuple(_category(block, groups, codes) for block in root.blocks("categories", "category"))
    scale = _scale(root.block("strength"))
    _refuse_unknown_groups(categories, scale, groups, root)
    definition = NoticeDefinition(
        reference=notice.text("reference"),
        version=notice.text("version"),
        inquiry=notice.text("inquiry"),
        issuer=notice.text("issuer"),
        addressee=notice.text("addressee", ""),
        dated=_date(notice, "dated"),
        instrument=notice.text("instrument"),
        child_age_bound=int(notice.number("child_age_bound", highest=120)),
        instruction=notice.text("instruction"),
        paragraphs=paragraphs,
        scale=scale,
        groups=tuple(groups.values()),
        look_alikes=look_alikes,
        ordinary_words=frozenset(word.lower() for word in root.texts("ordinary_words")),
        categories=categories,
        source=source,
    )
    notice.close()
    return definition


def _paragraph(block: _Block) -> Paragraph:
    paragraph = Paragraph(block.text("code"), block.text("text"))
    block.close()
    return paragraph


def _date(block: _Block, key: str) -> date:
    words = block.text(key)
    try:
        return date.fromisoformat(words)
    except ValueError:
        raise block.fault(f"has “{key}: {words}”, which is not a date like 2015-07-02", block.node(key)) from None


def _scale(block: _Block) -> StrengthScale:
    scale = StrengthScale(
        suggest_from=block.number("suggest_from"),
        moderate_from=block.number("moderate_from"),
        strong_from=block.number("strong_from"),
        near_characters=int(block.number("near_characters", highest=5000)),
        elsewhere_needs=block.texts("elsewhere_needs"),
        short_document_pages=int(block.number("short_document_pages", highest=10_000)),
    )
    if not 0 < scale.suggest_from < scale.moderate_from < scale.strong_from:
        raise block.fault("must rise from suggest_from over moderate_from to strong_from")
    block.close()
    return scale


def _add_group(groups: dict[str, TermGroup], block: _Block, owner: _Block) -> str:
    name = block.text("name")
    block.where = f"{owner.where}, group “{name}”" if owner is not block else f"context group “{name}”"
    if name in groups or name == LOOK_ALIKES:
        raise block.fault("has a name that is already taken: choose another")
    groups[name] = TermGroup(
        name=name,
        terms=block.terms("terms"),
        line=block.line,
        examples=block.texts("examples", optional=True),
        era=block.text("era", ""),
        note=block.text("note", ""),
    )
    return name


def _category(block: _Block, groups: dict[str, TermGroup], paragraph_codes: set[str]) -> Category:
    code = block.text("code")
    block.where = f"category “{code}”"
    paragraphs = block.texts("paragraphs")
    for paragraph in paragraphs:
        if paragraph not in paragraph_codes:
            raise block.fault(f"cites paragraph {paragraph}, which the notice does not have", block.node("paragraphs"))
    rules = []
    for rule_block in block.blocks("lexicon", "rule"):
        rule_block.where = f"category “{code}”, {rule_block.where}"
        rules.append(_rule(rule_block, groups, block))
        rule_block.close()
    category = Category(
        code=code,
        title=block.text("title"),
        scope=block.text("scope"),
        paragraphs=paragraphs,
        questions=block.texts("questions"),
        record_types=tuple(text.casefold() for text in block.texts("record_types")),
        record_type_weight=block.number("record_type_weight"),
        rules=tuple(rules),
        must_match=block.texts("must_match"),
        must_not_match=block.texts("must_not_match"),
        line=block.line,
        quieter_titles=block.texts("quieter_titles", optional=True),
        quieter_by=block.number("quieter_by", 1.0),
    )
    block.close()
    return category


def _rule(block: _Block, groups: dict[str, TermGroup], owner: _Block) -> Rule:
    group = block.text("borrow") if block.has("borrow") else _add_group(groups, block, owner)
    within = _WINDOWS.get(block.text("within", "near"))
    if within is None:
        raise block.fault(f"has “within: {block.text('within')}”; write one of {', '.join(_WINDOWS)}")
    needs = tuple(
        tuple(name.strip() for name in alternatives.split("|")) for alternatives in block.texts("with", optional=True)
    )
    return Rule(
        group=group,
        weight=block.number("weight"),
        because=block.text("because"),
        line=block.line,
        needs=needs,
        within=within,
        elsewhere=block.number("elsewhere", 0.0),
        unless=block.texts("unless", optional=True),
        is_general=_yes(block, "general"),
    )


def _yes(block: _Block, key: str) -> bool:
    words = block.text(key, "no").lower()
    if words not in ("yes", "no"):
        raise block.fault(f"has “{key}: {words}”; write yes or no", block.node(key))
    return words == "yes"


def _refuse_unknown_groups(
    categories: tuple[Category, ...], scale: StrengthScale, groups: dict[str, TermGroup], root: _Block
) -> None:
    seen: set[str] = set()
    for name in scale.elsewhere_needs:
        if name not in groups:
            raise root.fault(f"names the group “{name}” under elsewhere_needs, which is not defined")
    for category in categories:
        if category.code in seen:
            raise InvalidInputError(f"{root.file}, line {category.line}: category “{category.code}” appears twice.")
        seen.add(category.code)
        for name in category.quieter_titles:
            if name not in groups:
                raise InvalidInputError(
                    f"{root.file}, line {category.line}: category “{category.code}” names the group “{name}” under "
                    "quieter_titles, which is not defined: correct the name or add the group."
                )
        for rule in category.rules:
            for name in (rule.group, *rule.unless, *(name for alternatives in rule.needs for name in alternatives)):
                if name not in groups:
                    raise InvalidInputError(
                        f"{root.file}, line {rule.line}: category “{category.code}” names the group “{name}”, "
                        "which is not defined: correct the name or add the group."
                    )


def check_notice(definition: NoticeDefinition) -> list[str]:
    """Every problem the notice's own sentences show, one sentence each; an empty list means it may be used.

    Each must-match sentence has to be suggested, each must-not-match sentence must not, and each term has to be
    met in at least one sentence written for people: a term that is met nowhere was probably mistyped.
    """
    suggester = Suggester(definition)
    problems = []
    for category in definition.categories:
        for sentence in category.must_match:
            if category.code not in _suggested(suggester, sentence):
                problems.append(f"Category “{category.code}” should be suggested for: {sentence}")
        for sentence in category.must_not_match:
            if category.code in _suggested(suggester, sentence):
                problems.append(f"Category “{category.code}” should not be suggested for: {sentence}")
    problems.extend(_unmet_terms(definition, suggester.lexicon))
    problems.extend(_unused_groups(definition))
    return problems


def _suggested(suggester: Suggester, sentence: str) -> set[str]:
    document = DocumentText(title="", file_name="", pages=[(1, sentence)])
    return {proposal.category for proposal in suggester.suggest(document)}


def _unmet_terms(definition: NoticeDefinition, lexicon: Lexicon) -> Iterator[str]:
    shared = [sentence for category in definition.categories for sentence in category.must_match]
    shared += [sentence for group in definition.groups for sentence in group.examples]
    met: dict[int, set[str]] = {}
    masked_free = Lexicon(lexicon.groups[:-1], TermGroup("none", ("nothing-is-masked",), 0), definition.ordinary_words)
    for sentence in shared:
        for hit in masked_free.find(masked_free.read(sentence)):
            met.setdefault(hit.group, set()).add(hit.term)
    look_alike_finder = Lexicon((definition.look_alikes,), TermGroup("none", ("nothing-is-masked",), 0), frozenset())
    look_alikes_met = {
        hit.term
        for sentence in definition.look_alikes.examples
        for hit in look_alike_finder.find(look_alike_finder.read(sentence))
    }
    for number, group in enumerate(definition.groups):
        for term in group.terms:
            if term not in met.get(number, set()):
                yield f"Group “{group.name}” (line {group.line}): no sentence contains its term “{term}”."
    for term in definition.look_alikes.terms:
        if term not in look_alikes_met:
            yield f"The look-alikes (line {definition.look_alikes.line}): no example contains “{term}”."


def _unused_groups(definition: NoticeDefinition) -> Iterator[str]:
    used = set(definition.scale.elsewhere_needs)
    for category in definition.categories:
        used.update(category.quieter_titles)
        for rule in category.rules:
            used.update((rule.group, *rule.unless, *(name for names in rule.needs for name in names)))
    for group in definition.groups:
        if group.name not in used:
            yield f"Group “{group.name}” (line {group.line}) is not used by any category: use it or remove it."
