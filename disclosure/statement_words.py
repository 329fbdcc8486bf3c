"""The sentences of a statement, kept together so that those who sign can read them in one place."""

MARKINGS = {
    "draft": "DRAFT: not yet approved, and not the authority's statement",
    "submitted": "FOR APPROVAL: not yet signed, and not the authority's statement",
    "signed": "SIGNED, NOT YET SEALED",
    "sealed": "Statement to the inquiry",
    "withdrawn": "WITHDRAWN: never made",
}
SUBJECT = "Search and disclosure statement"
WHAT_IT_IS = (
    "This statement is made by {authority} to tell the inquiry where it looked for papers, how, with what result, and "
    "what it did not or could not look at. It is {kind}."
)
INTERIM_WORDS = "an interim statement: work goes on, and the next one says what changed"
FINAL_WORDS = "the final statement: what is corrected after it is corrected by a further statement"
FOR_REQUEST = (
    "It is made for request {reference}: {title}. Sections 1 and 3 and the bundles of section 8 are of that request; "
    "everything else is of the whole archive, because a page that nobody could read may answer any request."
)
FOR_ALL = "It is made for every request of the inquiry that was logged and not withdrawn."
AS_OF = (
    "Its figures are those of the register of records at {moment}. The audit trail then ended with event {sequence:,}, "
    "whose SHA-256 is {hash}. The SHA-256 of the figures is {facts}."
)
WHOLE = (
    "Every figure counts records of every compartment, restricted and privileged ones included. It was drawn by a "
    "person who may see all of them. Nothing of what is in a marked record is told."
)
HOW_TO_READ = (
    "Figures and lists are drawn from the register and cannot be edited. What the authority adds is headed “The "
    "authority says”. A section that found nothing says what that rests on; one that nobody looked at says so."
)
BEFORE = "It follows {title}, sealed on {day} with the SHA-256 {sha256}. What changed is said in the next section."
FIRST = "No statement for every request together was made before it."
FIRST_FOR_REQUEST = "No statement for request {reference} alone was made before it."
NEVER_MADE = "{title} ({reference}) was withdrawn on {day}, before it was sealed, and was never made."
CHANGED, SINCE = "What changed since the statement before", "Changed between drawing and signing"
SET_OUT = "listed now: set out in this statement"
NOT_COMPARED = (
    "What differs is not listed line by line. The statement before was drawn by another version of the program, which "
    "counted and worded some things otherwise, and that would stand among the changes of the register."
)
NOTHING_DIFFERS = "No figure and no line differs."
SINCE_DRAWN = (
    "Between drawing and signing, these figures and lines of the register changed. The signatory was shown them and "
    "signed all the same; everything else was found as it was drawn."
)
NOT_LOOKED = "Nobody looked at this. {rests_on}"
NOTHING = "There is nothing to set out. {rests_on}"
TRUTH = (
    "I believe that the facts stated in this statement are true.",
    "I have asked those who made the searches, and those who keep the records, whatever I needed to know to say so.",
    "To the best of my knowledge and belief nothing that was asked for is held back, except what this statement says "
    "is withheld, and no place where papers may be is left out.",
    "I know that the authority has to correct this statement as soon as it learns that something in it is not so.",
)
SIGNED_IN = "Approved and signed in Candour by {name} ({by}) on {moment}."
NOT_SIGNED = "Not signed yet."
SEALED_IN = "Sealed on {moment} by {by}. The SHA-256 of everything that was signed, and of this seal, is {sha256}."
