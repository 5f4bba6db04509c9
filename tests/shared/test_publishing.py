"""Publishing goes on whatever became of a connection."""

from collections.abc import AsyncIterator

import pytest
from aio_pika import RobustExchange

from services.toy.handlers import ThingMade
from shared.ids import new_id
from shared.messaging import publishing
from shared.messaging.publishing import ConfirmedPublisher, Unconfirmed
from tests.shared.relaying import Outbox, outbox_on
from tests.support.bench import Bench


@pytest.fixture
async def place(bench: Bench) -> AsyncIterator[Outbox]:
    async with outbox_on(bench) as made:
        yield made


async def test_a_channel_that_stays_closed_is_followed_by_another_connection(
    place: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "RENEW_AFTER", 0.0)
    publisher, made = ConfirmedPublisher(place.bench.amqp_url("toy"), "toy"), new_id()

    async def publish() -> None:
        await publisher.publish(b"{}", ThingMade.routing_key(), str(made), ThingMade.event_type())

    await publisher.connect()
    exchange = publisher._exchange  # what aio-pika leaves behind cannot be brought about from outside
    assert isinstance(exchange, RobustExchange)
    await exchange.channel.close()
    with pytest.raises(Unconfirmed, match="closed"):
        await publish()
    assert publisher.connected
    await publish()
    assert await place.arrived() == [made]
    await publisher.close()
