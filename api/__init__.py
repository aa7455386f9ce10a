"""The process: settings, HTTP, calendar feeds and the command line. It wires everything and holds no rules."""
