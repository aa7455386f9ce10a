"""`python -m api` is the command line, where the `homegroup` script is not on the path."""

from api.cli import main

if __name__ == "__main__":
    main()
