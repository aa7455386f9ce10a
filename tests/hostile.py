"""Text as lists hold it at its worst: controls, lone surrogates, line ends of all kinds, what formats use as marks."""

from hypothesis import strategies as st

HOSTILE = st.text(
    st.one_of(
        st.sampled_from("\x00\x07\x0b\x1b\x7f\x85\r\n\t\u2028\ud83d\udc00\ufeff\uffff\U0001fffe,;:\\\"'^"),
        st.characters(exclude_categories=[]),
    ),
    max_size=300,
)
