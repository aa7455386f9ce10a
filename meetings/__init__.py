"""What we mean by the words of peer support: pure values and functions, no I/O.

`model` holds what a meeting is, `recurrence` when it happens, `listing` how a source tells it, `source` and
`findings` what an import is and says, `search` what may be asked, `schedule` what a person keeps, `ical` how a
calendar is written, and `errors` what can go wrong.
"""
