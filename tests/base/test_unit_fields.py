import re
from datetime import date, datetime
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, ConfigDict, ValidationError

from surgesim.base.distributions import Law, LawField, Lognormal
from surgesim.base.errors import UnitError
from surgesim.base.units import (
    Count,
    Day,
    Duration,
    Factor,
    Instant,
    PositiveDuration,
    Rate,
    Share,
    TimeOfDay,
    Window,
    count,
    price,
)


class Desk(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    answer_within: Duration
    pause: PositiveDuration | None = None
    share: Share
    growth: Factor
    calls: Rate
    told: Instant
    day: Day
    opens: TimeOfDay
    hours: tuple[Window, ...]
    owners: Annotated[int, count("people")]
    seats: Count
    wage: Annotated[float, price("head", "h")]
    talk: LawField


GOOD: dict[str, Any] = {
    "answer_within": "20s", "pause": "10min", "share": "80%", "growth": "130%", "calls": "120/h",
    "told": "2027-11-09 10:00", "day": "2027-11-09", "opens": "09:00", "hours": ["09:00-18:00", "22:00-06:00"],
    "owners": "80_000 people", "seats": 40, "wage": "1_800 JPY/h", "talk": "lognormal(6min, cv 0.8)",
}  # fmt: skip


def test_fields_hold_seconds_shares_and_yen() -> None:
    desk = Desk(**GOOD)
    assert (desk.answer_within, desk.share, desk.growth, desk.calls) == (20.0, 0.8, 1.3, 120 / 3600)
    assert (desk.told, desk.day, desk.opens) == (datetime(2027, 11, 9, 10), date(2027, 11, 9), 32400.0)
    assert desk.hours == ((32400.0, 64800.0), (79200.0, 108000.0))
    assert (desk.owners, desk.seats, desk.wage) == (80000, 40, 1800.0)
    talk: Law = desk.talk
    assert talk == Lognormal(360.0, 0.8)
    assert isinstance(hash(desk), int)


def test_dumps_are_text_that_reads_back_as_the_same_model() -> None:
    desk = Desk(**GOOD)
    assert Desk(**desk.model_dump()) == desk
    assert Desk.model_validate_json(desk.model_dump_json()) == desk
    assert desk.model_dump()["wage"] == "1_800 JPY/head/h"


def test_every_wrong_field_is_reported_with_its_own_unit_error() -> None:
    wrong = dict.fromkeys(GOOD, 3.7)
    with pytest.raises(ValidationError) as caught:
        Desk(**wrong)
    errors = caught.value.errors()
    assert {error["loc"][0] for error in errors} == set(GOOD)
    held = [error["ctx"]["error"] for error in errors if error["loc"][0] != "hours"]
    assert all(isinstance(error, UnitError) and error.problems[0].instead for error in held)


def test_a_pause_of_nothing_is_refused() -> None:
    with pytest.raises(ValidationError, match="not longer than 0s"):
        Desk(**GOOD | {"pause": "0s"})


@pytest.mark.parametrize("mode", ["validation", "serialization"])
def test_the_json_schema_accepts_what_is_read_and_written_and_refuses_bare_numbers(mode: Any) -> None:
    properties = Desk.model_json_schema(mode=mode)["properties"]
    written = Desk(**GOOD).model_dump()
    for name in set(GOOD) - {"hours", "pause", "owners", "seats"}:
        field = properties[name]
        assert field["type"] == "string"
        assert field["description"]
        for text in (GOOD[name], written[name], *field["examples"]):
            assert re.search(field["pattern"], text), (name, text)
        assert not re.search(field["pattern"], "37")


def test_a_price_per_nonsense_is_a_defect_of_the_model() -> None:
    with pytest.raises(ValueError, match="cannot be per"):
        price("parsec")
