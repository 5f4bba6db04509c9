"""What the operator's mail server learns later: a mail did not arrive."""

from fastapi import APIRouter, Request
from pydantic import ConfigDict

from services.notifications import bouncing
from services.notifications.domain.bounces import NotAReport, read_report
from shared.api import Resource
from shared.errors import Invalid
from shared.security import requires
from shared.unit_of_work import Work

BOUNCES_SCOPE = "notifications:bounces:write"

router = APIRouter(prefix="/v1/bounces", tags=["mail"], dependencies=[requires(scope=BOUNCES_SCOPE)])

_REPORT = {"schema": {"type": "string", "format": "binary", "description": "A whole mail, with its headers."}}


class BounceRead(Resource):
    """Whether the report says that an address takes no mail for good, and how many people get none since."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"permanent": True, "people": 1}]})

    permanent: bool
    people: int


@router.post("", openapi_extra={"requestBody": {"required": True, "content": {"message/rfc822": _REPORT}}})
async def report_bounce(request: Request, work: Work) -> BounceRead:
    """Hand in a delivery report (RFC 3464), as the mail server got it; twice does no more than once.

    It counts when it returns the Message-ID of a mail of ours: an address alone anybody can write.
    """
    try:
        bounce = read_report(await request.body())
    except NotAReport:
        detail = "not a delivery report (multipart/report with a part message/delivery-status, RFC 3464): send the mail"
        raise Invalid(detail=f"{detail} as it came in") from None
    if bounce is None:
        return BounceRead(permanent=False, people=0)
    people = await bouncing.bounced(work, (), bounce.mails, bounce.reason)
    return BounceRead(permanent=True, people=people)
