"""Made-up papers of one page each, and the faults of a bad reading of them."""

import random

LETTER = """Brannock County Council, Children's Services
14 March 1974
Dear Mrs Oldacre,
Thank you for your letter about the arrangements at Ferncliffe House. I have asked Mr Tolland to look into the
matter of the missing log books, and he will write to you when he has spoken with the staff who were on duty that
winter. The committee has agreed that the house is to be inspected again before Easter, and that a report is to be
laid before the members in May. You asked whether the superintendent was told of your concern. I understand that
he was, in October, by telephone, and that no note of the conversation was kept. I regret that, and have asked that
in future every such conversation be written down on the day.
Yours sincerely,
G. Penhallow, Area Officer"""

MINUTES = """Minutes of the Social Services Committee, 9 May 1974
Present: Councillors Brade, Ashworth and Lindqvist, with the Director in attendance.
41. The Director presented the report on residential homes. It was noted that four posts remained unfilled and that
the roof of the north wing needed repair before the autumn. Councillor Brade asked for figures of absences, month by
month, for each home. 42. Resolved that the estimates for 1975 be referred to the Finance Committee, with a
recommendation that provision be made for two night supervisors. 43. A letter from the Regional Hospital Board on
the transfer of records was received and lay on the table. The meeting ended at a quarter past four."""


def misread(text: str, share: float, chance: random.Random) -> str:
    """The text with so many of its letters read wrongly, lost or split."""
    letters = list(text)
    for place in chance.sample(range(len(letters)), int(share * len(letters))):
        letters[place] = chance.choice(["", "l", "~", "e", "rn", " ", "c", "o"])
    return "".join(letters)
