"""From a source's bytes to a plan of changes: one module a source format, and what they share.

The way of an import: `fetch` gets the bytes, the source's importer (`registry`) parses them into listings and
findings, `plan` says what would change, `run` has it stored. To add a format, write a module that fulfils
`protocol.Importer` and name it in `registry`.
"""
