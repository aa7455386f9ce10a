"""A calendar file as vdirsyncer takes it in: `python items.py FILE` prints a UID and a hash for each of its items.

Run by the interpreter of `.venv` here, which has vdirsyncer. The hash is what it keeps of an item, to tell whether it
has changed; DTSTAMP, LAST-MODIFIED and the time zones are no part of it.
"""

import sys
from pathlib import Path

from vdirsyncer.vobject import Item, split_collection

for raw in split_collection(Path(sys.argv[1]).read_bytes().decode("utf-8")):
    item = Item(raw)
    print(item.ident, item.hash)
