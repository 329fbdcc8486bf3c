"""The inquiry's requests: logged word for word, listed by the day they are due."""

from datetime import timedelta

import pytest

from access.policy import Role
from inquiry.models import Request
from inquiry.requests import add_request, all_requests
from store import clock
from store.archive import Archive

TEXT = "All minutes of the committee, 1968 to 1985."


def log(
    archive: Archive, lawyer, reference: str = "R9/LA/014", *, kind: str = "rule-9-documents", days: int = 12
) -> None:
    today = clock.today()
    with archive.writing() as session:
        add_request(
            session,
            reference,
            kind=kind,
            title=f"Minutes for {reference}",
            received=today - timedelta(days=40),
            due=today + timedelta(days=days),
            paragraphs=[("3(a)", TEXT)],
            actor=lawyer,
        )


def logged(archive: Archive) -> list[Request]:
    with archive.reading() as session:
        return all_requests(session)


def letter(**changes: object) -> dict[str, object]:
    return {
        "reference": "R9/LA/014",
        "kind": "rule-9-documents",
        "title": "Minutes",
        "received": ["2", "11", "2026"],
        "due": ["30", "11", "2026"],
        "paragraph-number": ["1", "2", "3"],
        "paragraph-text": [TEXT, "", "All registers."],
        **changes,
    }


def test_a_request_is_logged_with_its_paragraphs_and_empty_lines_are_left_out(legal_client, archive: Archive) -> None:
    answer = legal_client.post("/requests/new", data=letter())

    (request,) = logged(archive)
    assert answer.location == f"/requests/{request.id}"
    assert [(each.number, each.text) for each in request.paragraphs] == [("1", TEXT), ("3", "All registers.")]
    page = legal_client.get(answer.location).text
    assert TEXT in page
    assert "30 November 2026" in page


def test_another_paragraph_gives_the_form_one_more_line_and_logs_nothing(legal_client, archive: Archive) -> None:
    answer = legal_client.post("/requests/new", data=letter(do="another"))

    assert answer.status_code == 200
    assert answer.text.count('name="paragraph-text"') == 4
    assert TEXT in answer.text
    assert logged(archive) == []


def test_what_is_missing_is_said_and_nothing_that_was_typed_is_lost(legal_client, archive: Archive) -> None:
    answer = legal_client.post("/requests/new", data=letter(reference=" ", due=["31", "2", "2026"]))

    assert answer.status_code == 400
    assert "There is a problem" in answer.text
    assert "Give the inquiry’s reference" in answer.text
    assert "Due must be a real day" in answer.text
    assert TEXT in answer.text
    assert logged(archive) == []


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"paragraph-text": ["", "", ""]}, "Give at least one paragraph"),
        ({"due": ["1", "11", "2026"]}, "it cannot be due before it was received"),
        ({"paragraph-number": ["1", "2", "1"]}, "two paragraphs have the same number"),
    ],
)
def test_a_letter_that_contradicts_itself_is_not_logged(
    legal_client, archive: Archive, changes: dict[str, object], sentence: str
) -> None:
    answer = legal_client.post("/requests/new", data=letter(**changes))

    assert answer.status_code == 400
    assert sentence in answer.text
    assert logged(archive) == []


def test_the_same_reference_is_not_logged_twice(legal_client, archive: Archive, lawyer) -> None:
    log(archive, lawyer)

    answer = legal_client.post("/requests/new", data=letter())

    assert answer.status_code == 400
    assert "already logged" in answer.text
    assert len(logged(archive)) == 1


def test_requests_stand_by_the_day_they_are_due_with_the_days_left_in_words(
    leader_client, archive: Archive, lawyer
) -> None:
    log(archive, lawyer, "LATER", days=12)
    log(archive, lawyer, "LATE", days=-3)

    page = leader_client.get("/requests").text

    assert page.index("Minutes for LATE<") < page.index("Minutes for LATER<")
    assert "3 days overdue" in page
    assert "Due in 12 days" in page
    assert "1 overdue" in page


def test_a_section_21_notice_says_that_it_is_compulsory(legal_client, archive: Archive, lawyer) -> None:
    log(archive, lawyer, "S21", kind="section-21")
    log(archive, lawyer, "R9")

    compulsory, other = (legal_client.get(f"/requests/{each.id}").text for each in logged(archive))

    assert "it is compulsory" in compulsory
    assert "section 35" in compulsory
    assert "it is compulsory" not in other


def test_a_request_that_was_answered_leaves_the_open_list(legal_client, archive: Archive, lawyer) -> None:
    log(archive, lawyer)

    legal_client.post("/requests/1/status", data={"status": "answered"})

    assert logged(archive)[0].status == "answered"
    assert "No request is open" in legal_client.get("/requests").text


def test_a_status_that_is_none_changes_nothing(legal_client, archive: Archive, lawyer) -> None:
    log(archive, lawyer)

    answer = legal_client.post("/requests/1/status", data={"status": "lost"})

    assert answer.status_code == 400
    assert logged(archive)[0].status == "open"


def test_what_a_letter_says_is_shown_and_never_run(legal_client, archive: Archive) -> None:
    attack = "<script>alert(1)</script>"
    legal_client.post(
        "/requests/new", data=letter(title=attack, reference=attack, **{"paragraph-text": [attack, "", ""]})
    )

    for path in ("/requests", "/requests/1", "/bundles/new"):
        assert attack not in legal_client.get(path).text
        assert "&lt;script&gt;" in legal_client.get(path).text


@pytest.mark.parametrize(
    ("role", "reads", "logs"),
    [
        (Role.LEGAL, 200, 200),
        (Role.RECORDS_OFFICER, 200, 403),
        (Role.LEADER, 200, 403),
        (Role.ADMINISTRATOR, 403, 403),
    ],
)
def test_who_may_read_and_who_may_log(client_for, archive: Archive, lawyer, role: Role, reads: int, logs: int) -> None:
    log(archive, lawyer)
    client = client_for(role)

    assert client.get("/requests").status_code == reads
    assert client.get("/requests/1").status_code == reads
    assert client.get("/requests/new").status_code == logs
    assert client.post("/requests/1/status", data={"status": "answered"}).status_code == (302 if logs == 200 else 403)


def test_a_request_that_is_not_there_is_not_found(legal_client) -> None:
    assert legal_client.get("/requests/9").status_code == 404
