"""The read index: answers by time, place and format from mapped columns; no SQL of its own."""
