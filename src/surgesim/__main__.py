"""``python -m surgesim`` is the command ``surgesim``."""

from surgesim.cli.main import main

if __name__ == "__main__":
    main()
