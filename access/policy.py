"""Who may do what: one table, asked everywhere."""

from dataclasses import dataclass, field
from enum import StrEnum

from store.errors import NotPermittedError


class Role(StrEnum):
    """What a person is here for."""

    RECORDS_OFFICER = "records-officer"
    LEGAL = "legal"
    LEADER = "leader"
    ADMINISTRATOR = "administrator"


class Permission(StrEnum):
    """One thing a person may do; its value completes "you may not ..."."""

    INGEST = "take in files"
    CUSTODY = "record where paper is and who has it"
    LOSSES = "record what is lost or destroyed"
    REPOSITORIES = "record the repositories and whether they were searched"
    READ = "read records"
    READ_RESTRICTED = "read restricted or privileged records"
    SEARCH = "search"
    TAG = "decide categories"
    TRANSCRIBE = "read pages by eye, or have them read again"
    SECOND_READ = "be the second reader"
    HOLD = "place or release holds"
    PURGE = "purge cleared records"
    MARK = "mark records privileged or restricted"
    REQUESTS = "work on the inquiry's requests"
    REQUESTS_READ = "see the inquiry's requests"
    BUNDLE = "build bundles"
    STATEMENTS = "draft statements to the inquiry"
    STATEMENTS_READ = "read statements to the inquiry, which count every compartment"
    STATEMENTS_SIGN = "sign statements to the inquiry"
    LOG_EFFORT = "log effort"
    COSTS = "log spending and set rates"
    COSTS_READ = "see the costs"
    FAILINGS = "record institutional failings"
    FAILINGS_READ = "see the institutional failings"
    ESCALATE = "raise a risk to a child or person now"
    ESCALATIONS_READ = "see the escalations"
    ESCALATION_COUNTS = "see how many escalations are overdue"
    USERS = "manage users"
    AUDIT = "read the audit trail"
    ADMINISTER = "look after the archive"


P = Permission
ALLOWED: dict[Role, frozenset[Permission]] = {
    Role.RECORDS_OFFICER: frozenset(
        {
            P.INGEST,
            P.CUSTODY,
            P.LOSSES,
            P.READ,
            P.SEARCH,
            P.TAG,
            P.TRANSCRIBE,
            P.SECOND_READ,
            P.HOLD,
            P.LOG_EFFORT,
            P.ESCALATE,
            P.ESCALATIONS_READ,
        }
        | {P.ESCALATION_COUNTS, P.REQUESTS_READ, P.REPOSITORIES}
    ),
    Role.LEGAL: frozenset(
        {P.READ, P.READ_RESTRICTED, P.SEARCH, P.TAG, P.SECOND_READ, P.HOLD, P.MARK, P.REQUESTS, P.REQUESTS_READ}
        | {P.BUNDLE, P.LOG_EFFORT, P.FAILINGS, P.FAILINGS_READ, P.ESCALATE, P.ESCALATIONS_READ, P.ESCALATION_COUNTS}
        | {P.COSTS_READ, P.LOSSES, P.TRANSCRIBE, P.REPOSITORIES, P.STATEMENTS, P.STATEMENTS_READ}
    ),
    # Leaders see what it costs and what is at risk, never the content of a file.
    Role.LEADER: frozenset(
        {P.COSTS, P.COSTS_READ, P.FAILINGS_READ, P.REQUESTS_READ, P.ESCALATION_COUNTS, P.LOG_EFFORT}
        | {P.STATEMENTS_READ, P.STATEMENTS_SIGN}
    ),
    # Whoever looks after the machine does not thereby read the files.
    Role.ADMINISTRATOR: frozenset({P.USERS, P.AUDIT, P.ADMINISTER, P.COSTS_READ}),
}


@dataclass(frozen=True)
class Actor:
    """Whoever does something: a signed-in person, the operator at the command line, or the system."""

    name: str
    roles: frozenset[Role] = field(default_factory=frozenset)
    everything: bool = False

    @property
    def permissions(self) -> frozenset[Permission]:
        """All that this actor may do."""
        if self.everything:
            return frozenset(Permission) - {Permission.READ_RESTRICTED}
        return frozenset().union(*(ALLOWED[role] for role in self.roles))

    @property
    def compartments(self) -> frozenset[str]:
        """The compartments of records this actor may see."""
        if self.everything or Permission.READ_RESTRICTED in self.permissions:
            return frozenset({"open", "restricted", "privileged"})
        return frozenset({"open"}) if Permission.READ in self.permissions else frozenset()


# The operator owns the machine and the files on it: hiding records from them would protect nobody. Acts that
# the law wants a named person for (tags, marks, clearances, restricted records in a bundle) take `--by`, and
# that person's permissions decide.
OPERATOR = Actor("operator", everything=True)
SYSTEM = Actor("system", everything=True)


def can(actor: Actor, permission: Permission) -> bool:
    """Whether this actor may do this."""
    return permission in actor.permissions


def require(actor: Actor, permission: Permission) -> None:
    """Returns only if this actor may do this.

    Raises:
        NotPermittedError: They may not.
    """
    if not can(actor, permission):
        allowed = sorted(
            role.value.replace("-", " ") for role, permissions in ALLOWED.items() if permission in permissions
        )
        raise NotPermittedError(
            f"{actor.name} may not {permission.value}: ask someone whose role is {' or '.join(allowed)}."
        )
