"""Where something or somebody is: what a caller gives, and what the register makes of it."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from services.intake.domain.fields import Postcode, examples
from shared.api import Body, ShortText
from shared.events.codes import Municipality, Point


class Address(Body):
    """A postal address; municipality and coordinates may be left out where the place name tells them."""

    model_config = examples({"street": "Stationsplein", "houseNumber": "1", "postcode": "8232VT", "place": "Lelystad"})

    street: ShortText | None = None
    house_number: Annotated[str, Field(max_length=20, pattern=r"^\d{1,6}.{0,12}$", examples=["12a"])] | None = None
    postcode: Postcode
    place: Annotated[ShortText, Field(max_length=100, examples=["Lelystad"])]
    municipality: Municipality | None = None
    latitude: Annotated[float, Field(ge=50.5, le=53.8, examples=[52.5185])] | None = None
    longitude: Annotated[float, Field(ge=3.2, le=7.4, examples=[5.4714])] | None = None

    def is_one_with(self, other: "Address") -> bool:
        """Whether both are one place; a house number that is left out of one may be that of the other."""
        numbers = {"".join(one.house_number.split()).casefold() for one in (self, other) if one.house_number}
        return self.postcode == other.postcode and len(numbers) <= 1


@dataclass(frozen=True)
class Situation:
    """What follows from an address: its labour-market region, its municipality, a point on the map."""

    region: str
    municipality: str | None
    location: Point
