"""What the parts of the scenario are called in print."""

from pydantic import Field

from surgesim.scenario.fields import Closed, Text


class Titled(Closed):
    """Facts that know the titles of queues, groups, sites, trunks, shifts, announcements and packages."""

    titles: dict[str, dict[str, Text]] = Field(default_factory=dict)
    """Titles by kind of part and name; parts without one are called by their name."""

    def text_of(self, kind: str, name: str) -> Text:
        """Return what a part is called, in both languages."""
        return self.titles.get(kind, {}).get(name) or Text(en=name)

    def called(self, kind: str, name: str, language: str) -> str:
        """Return what a part is called: its title, or its name where it has none."""
        return self.text_of(kind, name).in_language(language)
