import json
import logging
import sys

from store.logs import JsonLines


def line(message: str, error: BaseException | None = None) -> dict:
    info = (type(error), error, error.__traceback__) if error else None
    return json.loads(JsonLines().format(logging.LogRecord("worker", logging.ERROR, "x.py", 1, message, (), info)))


def test_a_log_line_is_one_object():
    assert line("job 3 begins")["message"] == "job 3 begins"


def test_an_error_in_the_log_says_where_and_never_what_the_file_said():
    try:
        raise ValueError("the boy's name was in this message")
    except ValueError as error:
        logged = line("job 3 failed", error)

    assert logged["error"] == "ValueError"
    assert "boy" not in json.dumps(logged)
    assert logged["where"].startswith(__name__ if __name__ in sys.modules else "test_logs") or ":" in logged["where"]
