"""The schedule of searches: every signed search set out for the inquiry, and what no search covers."""

import io

import docx
import pypdfium2 as pdfium
import pytest
from docx.oxml.ns import qn

from ingest.models import QUARANTINED, Batch, Item, Run
from inquiry.requests import change_status, find_request
from search.search_schedule import write_schedule
from store import clock
from store.errors import InvalidInputError, NotPermittedError
from tests.searched import TERMS, draft, report, sign


@pytest.fixture
def signed(held, lawyer):
    sign(held, draft(held, lawyer, TERMS, paragraphs=[1], term_report=report(held, lawyer)), lawyer)
    sign(held, draft(held, lawyer, paragraphs=[3]), lawyer)
    draft(held, lawyer, paragraphs=[3])
    return held


@pytest.fixture
def schedule(signed, lawyer):
    with signed.writing() as session:
        return write_schedule(session, authority="Made-up Council", actor=lawyer)


def test_the_schedule_sets_out_every_signed_search_and_what_is_not_covered(schedule):
    document = docx.Document(io.BytesIO(schedule.leaving.content))
    texts = [each.text for each in document.paragraphs]
    numbers = [each.split("\t")[0] for each in texts if "\t" in each]

    assert (schedule.searches, schedule.uncovered, schedule.drafts) == (2, 2, 1)
    assert len(numbers) == len(set(numbers)) == schedule.paragraphs
    assert {"A.1", "1.1", "2.1"} <= set(numbers)
    whole = "\n".join(texts)
    assert "No signed search is recorded for 2 paragraphs: R9-2, paragraph 2; R9-1, paragraph 2." in whole
    assert "Not yet signed, and so not set out here: SR000003 version 1." in whole
    assert "R9-1, paragraph 1: “All registers.”" in whole
    assert "Files found: 14; read: 14; responsive: 2." in whole
    assert "1 page in 1 record could not be read." in whole
    assert "Bay 4 holds highways plans and was not opened." in whole


def test_the_schedule_as_a_pdf_says_what_the_word_document_says_on_numbered_pages(signed, schedule, lawyer):
    with signed.writing() as session:
        made = write_schedule(session, authority="Cyngor Tŷ Gwŷr", actor=lawyer, form="pdf")
    with pdfium.PdfDocument(made.leaving.content) as document:
        pages = [page.get_textpage().get_text_range() for page in document]
    read = " ".join(" ".join(pages).split())
    word = docx.Document(io.BytesIO(schedule.leaving.content))

    assert (made.searches, made.paragraphs) == (schedule.searches, schedule.paragraphs)
    for paragraph in word.paragraphs:
        for words in paragraph.text.replace("Made-up Council", "Cyngor Tŷ Gwŷr").split("\t"):
            assert " ".join(words.split()) in read
    for table in word.tables:
        for row in table.rows:
            for cell in row.cells:
                assert cell.text.replace(" ", "") in read.replace(" ", "")
    assert all(f"Page {number} of {len(pages)}" in page for number, page in enumerate(pages, start=1))


def test_the_schedule_lists_each_term_with_what_it_found(schedule):
    document = docx.Document(io.BytesIO(schedule.leaving.content))
    captions = [table._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val")) for table in document.tables]

    assert captions == ["Table of searches", "Term report 1, version 1: Terms"]
    rows = [[cell.text for cell in row.cells] for row in document.tables[1].rows]
    assert rows[1:] == [["minibus", "2", "2", "2", "2"], ["nothinglike", "0", "0", "0", "0"]]


def test_the_schedule_is_not_made_of_nothing_nor_by_somebody_who_may_not(held, officer, lawyer):
    with held.writing() as session:
        with pytest.raises(InvalidInputError, match="no signed search record"):
            write_schedule(session, authority="Made-up Council", actor=lawyer)
        with pytest.raises(NotPermittedError):
            write_schedule(session, authority="Made-up Council", actor=officer)


def test_the_schedule_tells_files_that_no_search_could_open_also_in_its_table(held, lawyer):
    with held.writing() as session:
        batch = Batch(name="Box 14", source="County store", added_by="x", added_at=clock.now())
        session.add(batch)
        session.flush()
        run = Run(batch_id=batch.id, paths="[]", source="County store", started_by="x", started_at=clock.now())
        session.add(run)
        session.flush()
        session.add(Item(run_id=run.id, path="/locked", name="locked", state=QUARANTINED, reason_code="encrypted"))
    sign(held, draft(held, lawyer, TERMS, paragraphs=[1], term_report=report(held, lawyer)), lawyer)
    sign(held, draft(held, lawyer, paragraphs=[3]), lawyer)
    with held.writing() as session:
        change_status(session, find_request(session, "R9-1"), status="withdrawn", actor=lawyer)
        made = write_schedule(session, authority="Made-up Council", actor=lawyer)

    table = docx.Document(io.BytesIO(made.leaving.content)).tables[0]
    rows = [[cell.text for cell in row.cells] for row in table.rows[1:]]
    told = {row[0]: (row[1], row[8]) for row in rows}
    assert told == {
        "SR000001": ("R9-2, paragraph 1", "1 page, 1 file"),
        "SR000002": ("R9-1, paragraph 1 (the request is withdrawn)", "1"),
    }
