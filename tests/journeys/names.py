"""The people and papers of the journeys, all of them made up."""

from access.policy import Role

AUTHORITY = "Pellingford Borough Council"
BATCH = "Boxes from the county store"
PASSWORD = "four quiet herons wading"

OFFICER, SECOND_OFFICER = "officer@pellingford.example", "second@pellingford.example"
LAWYER, LEADER = "lawyer@pellingford.example", "leader@pellingford.example"
ADMINISTRATOR = "administrator@pellingford.example"
PEOPLE = {
    OFFICER: Role.RECORDS_OFFICER,
    SECOND_OFFICER: Role.RECORDS_OFFICER,
    LAWYER: Role.LEGAL,
    LEADER: Role.LEADER,
    ADMINISTRATOR: Role.ADMINISTRATOR,
}

COMPLAINT = "Social Services/Box 9/Draymoor complaint/1972 letter from Mrs Draymoor.pdf"
MINUTES_1977 = "Social Services/Box 11/1977 Children's Homes Sub-Committee 4 July.pdf"
MINUTES_2002 = "Z drive/ACPC/2002 procedures sub-group minutes.docx"
HONOUR = "Chief Executive/Box 1/1979 nomination Mr L Osterwain.pdf"
HONOUR_MAIL = "Z drive/E-mail saved/2001-02-06 FW OBE nomination.eml"
LOG_BOOK = "Social Services/Box 14/Ravelstoke House daily log 1974 vol 3.pdf"
REGISTER = "Z drive/Placements/2003 register of placements.xlsx"
WELSH = "Social Services/Box 16/1981 placement at Plas Gwernhwr.pdf"
ADVICE = "Legal/Box 2/1996 insurers advice on reply.pdf"
PLAYGROUND = "Parks/Box 1/1972 children's playground equipment.pdf"
GRITTING = "Z drive/Highways/2010 gritting routes.txt"
GRITTING_COPY = "Z drive/Highways/Gritting 2010 (copy for web).txt"
LOCKED = "Z drive/LSCB/2013 CSE panel minutes (locked).pdf"

# Handed over in the browser.
STRATEGY = "Social Services/Box 21/1991 strategy meeting.pdf"
RESURFACING = "Borough Engineer/Box 5/1971 resurfacing Moor Lane.pdf"
HANDED_OVER = (STRATEGY, RESURFACING)

REQUEST = "PI-009"
FAILING = "Checks on foster households were not always carried out"
