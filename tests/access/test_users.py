from datetime import timedelta

import pytest

from access import users
from access.policy import ALLOWED, OPERATOR, Actor, Permission, Role, can, require
from store import clock
from store.errors import InvalidInputError, NotFoundError, NotPermittedError, RefusedError

PASSWORD = "three random words"


def test_a_new_user_sets_a_password_once_with_the_link(archive):
    with archive.writing() as session:
        user, token = users.add_user(session, "Clerk@Example.org", role=Role.RECORDS_OFFICER, actor=OPERATOR)
        assert users.invited_user(session, token) is user

        users.set_password(session, user, PASSWORD, actor=users.actor_for(user))

        # The second of the two costs that RFC 9106 recommends: 64 MiB, three passes, four lanes.
        assert user.password.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
        with pytest.raises(NotFoundError, match="no longer works"):
            users.invited_user(session, token)


def test_the_link_is_kept_only_as_a_hash(archive):
    with archive.writing() as session:
        user, token = users.add_user(session, "clerk@example.org", role=Role.LEGAL, actor=OPERATOR)
        assert token not in (user.invitation_sha256, user.fs_uniquifier)


def test_a_link_older_than_a_week_is_refused(archive, monkeypatch):
    with archive.writing() as session:
        _, token = users.add_user(session, "clerk@example.org", role=Role.LEGAL, actor=OPERATOR)
        later = clock.now() + timedelta(days=8)
        monkeypatch.setattr(clock, "now", lambda: later)
        with pytest.raises(NotFoundError):
            users.invited_user(session, token)


def test_only_an_administrator_or_the_operator_adds_users(archive, officer, lawyer, leader, administrator):
    with archive.writing() as session:
        for actor in (officer, lawyer, leader):
            with pytest.raises(NotPermittedError, match="administrator"):
                users.add_user(session, "clerk@example.org", role=Role.LEGAL, actor=actor)
        users.add_user(session, "clerk@example.org", role=Role.LEGAL, actor=administrator)


@pytest.mark.parametrize("email", ["", "nobody", "a@b@c", "x@", "a b@example.org"])
def test_what_is_no_address_is_refused(archive, email):
    with archive.writing() as session, pytest.raises(InvalidInputError, match="not an e-mail address"):
        users.add_user(session, email, role=Role.LEGAL, actor=OPERATOR)


def test_the_same_person_is_not_added_twice(archive):
    with archive.writing() as session:
        users.add_user(session, "clerk@example.org", role=Role.LEGAL, actor=OPERATOR)
        with pytest.raises(InvalidInputError, match="already a user"):
            users.add_user(session, "CLERK@example.org", role=Role.LEADER, actor=OPERATOR)


def test_a_short_password_is_refused(archive):
    with archive.writing() as session:
        user, _ = users.add_user(session, "clerk@example.org", role=Role.LEGAL, actor=OPERATOR)
        with pytest.raises(InvalidInputError, match="12 to 128"):
            users.set_password(session, user, "short", actor=OPERATOR)


def test_a_person_whose_account_is_closed_acts_no_more(archive, administrator):
    with archive.writing() as session:
        user, _ = users.add_user(session, "clerk@example.org", role=Role.LEGAL, actor=OPERATOR)
        users.set_active(session, user, active=False, actor=administrator)
        with pytest.raises(NotPermittedError, match="no longer active"):
            users.acting(session, "clerk@example.org")


def test_a_link_given_before_an_account_was_closed_opens_nothing(archive, administrator):
    with archive.writing() as session:
        user, token = users.add_user(session, "clerk@example.org", role=Role.LEGAL, actor=OPERATOR)
        users.set_active(session, user, active=False, actor=administrator)
        users.set_active(session, user, active=True, actor=administrator)
        with pytest.raises(NotFoundError, match="no longer works"):
            users.invited_user(session, token)


def test_an_administrator_cannot_close_their_own_account(archive):
    with archive.writing() as session:
        user, _ = users.add_user(session, "admin@example.org", role=Role.ADMINISTRATOR, actor=OPERATOR)
        with pytest.raises(RefusedError, match="your own"):
            users.set_active(session, user, active=False, actor=users.actor_for(user))


def test_changing_a_role_ends_the_sign_ins_of_before(archive, administrator):
    with archive.writing() as session:
        user, _ = users.add_user(session, "clerk@example.org", role=Role.LEGAL, actor=OPERATOR)
        before = user.fs_uniquifier

        users.change_role(session, user, role=Role.LEADER, actor=administrator)

        assert users.acting(session, "clerk@example.org").roles == {Role.LEADER}
        assert user.fs_uniquifier != before


def test_leaders_and_administrators_see_no_record(leader, administrator):
    for actor in (leader, administrator):
        assert actor.compartments == frozenset()
        assert not can(actor, Permission.READ)
        assert not can(actor, Permission.SEARCH)


def test_only_lawyers_see_restricted_records():
    assert {role for role, allowed in ALLOWED.items() if Permission.READ_RESTRICTED in allowed} == {Role.LEGAL}


def test_someone_without_a_role_may_do_nothing():
    nobody = Actor("nobody@example.org")
    for permission in Permission:
        with pytest.raises(NotPermittedError):
            require(nobody, permission)


def test_a_refusal_says_who_may(leader):
    with pytest.raises(NotPermittedError, match="ask someone whose role is legal"):
        require(leader, Permission.BUNDLE)
