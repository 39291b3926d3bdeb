"""Every error of surgesim, in one tree.

SurgesimError                      exit code 1
├── InputError                     exit code 2   what the user wrote cannot be used; carries every problem found
│   ├── ScenarioError                            a scenario file or an override
│   ├── HistoryError                             a history or profile file
│   ├── UnitError        (ValueError)            a quantity without, or with the wrong, unit
│   ├── DomainError      (ValueError)            a formula asked outside its domain
│   └── CatalogueError   (LookupError)           a kind that no shelf holds
├── PolicyError                    exit code 2   a routing policy raised, or returned nonsense
├── ConservationError              exit code 1   contacts were lost or invented: a defect of surgesim, please report
├── SolverError                    exit code 1   the solver stopped without a usable answer
├── InfeasibleError                exit code 3   no plan meets the promises; says what to relax
└── TargetMissedError              exit code 4   a plan or run exists, but a promise is not kept
"""

from collections.abc import Iterable
from dataclasses import dataclass

from surgesim.base.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, where it is, and what to write instead.

    Parameters
    ----------
    what : str
        What is wrong, in one sentence without a full stop.
    where : str
        ``file:line``, a dotted path or a column; empty where there is no place.
    instead : str
        What to type instead; empty where nothing better than deleting is known.
    """

    what: str
    where: str = ""
    instead: str = ""

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        mend = f"; {self.instead}" if self.instead else ""
        return f"{place}{self.what}{mend}"


class SurgesimError(Exception):
    """Base of all errors that surgesim raises on purpose."""

    exit_code = 1


class InputError(SurgesimError):
    """Input that cannot be used; ``problems`` holds all that was found, not only the first.

    Parameters
    ----------
    problems : str, Problem, or iterable of Problem
        What is wrong.
    """

    exit_code = 2

    def __init__(self, problems: "str | Problem | Iterable[Problem]") -> None:
        if isinstance(problems, str):
            problems = Problem(problems)
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class ScenarioError(InputError):
    """A scenario file, or an override of one, that cannot be used."""


class HistoryError(InputError):
    """A history or profile file that cannot be used."""


class UnitError(InputError, ValueError):
    """A quantity without a unit, or with one that does not fit."""


class DomainError(InputError, ValueError):
    """A formula asked for a value outside its domain."""


class CatalogueError(InputError, LookupError):
    """A kind that no shelf holds."""


class PolicyError(SurgesimError):
    """A routing policy raised, or answered something that is not possible."""

    exit_code = 2


class ConservationError(SurgesimError):
    """The books do not balance: a contact was lost or invented."""


class SolverError(SurgesimError):
    """The solver stopped without a usable answer."""


class InfeasibleError(SurgesimError):
    """No plan meets the promises; the message says what to relax.

    Parameters
    ----------
    why : str or Refusal
        What is in conflict, and what to relax.
    """

    exit_code = 3

    def __init__(self, why: str | Refusal) -> None:
        self.refusal = None if isinstance(why, str) else why
        super().__init__(str(why))

    def in_language(self, language: str) -> "InfeasibleError":
        """Return the same error, to be shown in a language."""
        return self if self.refusal is None else InfeasibleError(self.refusal.in_language(language))


class TargetMissedError(SurgesimError):
    """A promise is not kept."""

    exit_code = 4
