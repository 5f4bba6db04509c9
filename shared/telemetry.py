"""Traces from HTTP to the last consumer (OpenTelemetry) and figures for Prometheus."""

import contextlib
from collections.abc import Iterator

import structlog
from opentelemetry import propagate, trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from prometheus_client import Counter, Gauge, Histogram

from shared.events.envelope import Envelope

UNSAMPLED = "-00"
"""How a W3C traceparent ends whose trace nobody records."""

tracer = trace.get_tracer("stagebrug")

HTTP_SECONDS = Histogram("stagebrug_http_seconds", "Seconds to answer a request.", ["method", "route", "status"])
PUBLISHED = Counter("stagebrug_events_published", "Events confirmed by the broker.", ["type"])
HANDLED = Counter("stagebrug_events_handled", "Messages with a verdict.", ["type", "verdict"])
END_TO_END_SECONDS = Histogram(
    "stagebrug_event_seconds",
    "Seconds from an event's recording to its effect here, replays left out.",
    ["type"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600),
)
OUTBOX_SECONDS = Gauge("stagebrug_outbox_age_seconds", "Age of the oldest event that waits to be published.")
RELAY_LEADS = Gauge("stagebrug_relay_leads", "Whether this process publishes for its service: one replica's does.")

QUEUE_MESSAGES = Gauge("stagebrug_queue_messages", "Messages in the service's queue that nobody has taken yet.")

PART_WELL = Gauge("stagebrug_part_well", "Whether a part of readiness is well, as of the last look.", ["part"])
PARTS_ENDED = Gauge("stagebrug_parts_ended", "Parts of this process that ended and come back by a restart only.")
IN_HAND_SECONDS = Gauge("stagebrug_in_hand_seconds", "How long the message that is longest in hand waits here.")
POOL_CONNECTIONS = Gauge("stagebrug_pool_connections", "Database connections in use.", ["pool"])
POOL_MOST = Gauge("stagebrug_pool_connections_most", "Database connections that there may be.", ["pool"])


def configure_telemetry(service: str, otlp_endpoint: str, ratio: float) -> None:
    """Record spans when there is somewhere to send them; without an endpoint tracing costs nothing."""
    if not otlp_endpoint:
        return
    provider = TracerProvider(
        resource=Resource.create({"service.name": f"stagebrug-{service}"}),
        sampler=ParentBased(TraceIdRatioBased(ratio)),
    )
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=otlp_endpoint)))
    trace.set_tracer_provider(provider)


def current_traceparent() -> str | None:
    """The W3C trace context of what runs now, or none."""
    carrier: dict[str, str] = {}
    propagate.inject(carrier)
    return carrier.get("traceparent")


def context_of(traceparent: str | None) -> Context | None:
    """The context to continue a trace of another process in."""
    return propagate.extract({"traceparent": traceparent}) if traceparent else None


@contextlib.contextmanager
def handling(event: Envelope) -> Iterator[None]:
    """What a handler logs names its event, and its span goes on from the event's own trace, if that is recorded."""
    with structlog.contextvars.bound_contextvars(event_id=event.id, event_type=event.type):
        if event.traceparent is None or event.traceparent.endswith(UNSAMPLED):
            yield
            return
        name, context = f"handle {event.type}", context_of(event.traceparent)
        with tracer.start_as_current_span(name, context=context, kind=trace.SpanKind.CONSUMER):
            yield
