"""The few kinds of error, each of which the edge turns into one sentence for a person."""


class CandourError(Exception):
    """Something that can be said to a person in one sentence: what, why, and what to do."""

    exit_code = 1
    status_code = 400


class InvalidInputError(CandourError):
    """What was given cannot be used as it is."""

    exit_code = 2
    status_code = 400


class NotFoundError(CandourError):
    """It does not exist, or this person may not know that it does."""

    exit_code = 2
    status_code = 404


class NotPermittedError(CandourError):
    """This person may see it but may not do this to it."""

    exit_code = 4
    status_code = 403


class RefusedError(CandourError):
    """A rule of the house forbids it, whoever asks."""

    exit_code = 4
    status_code = 409


class DamagedError(CandourError):
    """What is stored is not what was written; nothing more is done until a person has looked."""

    exit_code = 1
    status_code = 500
