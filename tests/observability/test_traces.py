"""One trace from a call over HTTP to the last consumer, as whoever looks at it sees it."""

from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ParentBased

from tests.conftest import StartService


async def test_a_trace_goes_from_the_call_to_the_handler(service: StartService) -> None:
    exporter = InMemorySpanExporter()
    provider = TracerProvider(sampler=ParentBased(ALWAYS_OFF))  # no other test of this process records anything
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    toy = await service("toy")
    trace_id, span_id = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
    traced = {"traceparent": f"00-{trace_id}-{span_id}-01"}
    await toy.client.post("/v1/things", json={"name": "followed"}, headers=traced)
    await toy.until("select count(*) > 0 from notes where note = 'followed'")
    spans = {span.context.span_id: span for span in exporter.get_finished_spans() if span.context}
    [handled] = [span for span in spans.values() if span.name == "handle nl.stagebrug.thing-made.v1"]
    names, at = [handled.name], handled.parent
    while at is not None and at.span_id in spans:
        names.append(spans[at.span_id].name)
        at = spans[at.span_id].parent
    assert names[-1] == "POST /v1/things"
    assert at is not None
    assert (f"{at.trace_id:032x}", f"{at.span_id:016x}") == (trace_id, span_id)
