"""The words that failings and escalations are written with: closed lists, each with what a person reads."""

KINDS = {
    "policy": "Policy",
    "practice": "Practice",
    "supervision": "Supervision",
    "recruitment": "Recruitment and vetting",
    "records": "Keeping of records",
    "response-to-allegation": "Response to an allegation",
    "escalation": "Escalation and referral",
    "candour": "Candour",
    "leadership": "Leadership",
    "implementation": "Recommendations not carried out",
}
CERTAINTIES = {
    "established": "Established: the records show it",
    "probable": "Probable: more likely than not on the records",
    "possible": "Possible: the records point to it but do not settle it",
}
STATUSES = {
    "draft": "Draft",
    "legal-reviewed": "Reviewed by legal",
    "accepted": "Accepted by the authority",
}
