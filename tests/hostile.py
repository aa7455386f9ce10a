"""Text as lists hold it at its worst: controls, lone surrogates, line ends of all kinds, what formats use as marks."""

from hypothesis import strategies as st

#: Controls and what passes for line ends; half characters; marks of formats; right to left and back; what joins the
#: letter before it; emoji of several characters; what would be a line of a calendar.
_WORST = (
    *"\x00\x07\x0b\x1b\x7f\x85\r\n\t\u2028\ud83d\udc00\ufeff\uffff\U0001fffe,;:\\\"'^",
    *"\u202e\u2067\u05e9\u0634\u200d\u0301\u0336\u1100\u1161",
    "\r\n",
    "\\n",
    "\\N",
    "\U0001f469\u200d\U0001f469\u200d\U0001f467",
    "\nATTENDEE:x",
    "\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\n",
)
_PIECES = st.one_of(st.sampled_from(_WORST), st.characters(exclude_categories=[]))

HOSTILE = st.lists(_PIECES, max_size=300).map("".join)
#: Ten thousand letters of it.
ENDLESS = st.lists(_PIECES, min_size=1, max_size=40).map(lambda pieces: ("".join(pieces) * 10_000)[:10_000])
