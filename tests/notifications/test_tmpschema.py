import subprocess, asyncio, os, json
from tests.notifications import facts
from tests.notifications.conftest import *


async def test_x(service, post):
    running = await service("notifications", smtp_url=post.url, stream_seconds="0.2", **QUICK)
    await running.tell(facts.a_school())
    await running.tell(facts.an_unmatched_student())
    doc = (await running.client.get("/v1/openapi.json")).json()
    json.dump(doc, open("/tmp/notif_openapi.json", "w"))
    claim = {"kind": "wsp", "regions": ["AM11"], "municipalities": []}
    token = running.bench.token(
        roles=["intermediary", "operator", "coordinator", "regional-coordinator"],
        regions=["AM11"],
        schools=[facts.BRIN],
        email="a@school.example",
        intermediary=claim,
        sub="x",
    )
    p = await asyncio.create_subprocess_exec(
        ".venv/bin/schemathesis",
        "run",
        running.url + "/v1/openapi.json",
        "--header",
        f"Authorization: Bearer {token}",
        "--max-examples",
        os.environ.get("N", "40"),
        "--request-timeout",
        "10",
        "--checks",
        "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,positive_data_acceptance,negative_data_rejection",
        "--phases",
        "examples,coverage,fuzzing",
        "--continue-on-failure",
        "--no-color",
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out = (await p.communicate())[0].decode()
    open("/tmp/notif_schema.txt", "w").write(out)
    print(out[-6000:])
