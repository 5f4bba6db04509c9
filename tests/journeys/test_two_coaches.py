"""Two coaches and one employer (F7, F8): nobody is called twice, and who was first is asked first."""

from tests.journeys.world import World, employer_of

SHARED = {"channel": "telephone", "outcome": "good-talk", "contactDate": "2026-09-14", "subjects": ["acquaintance"]}


async def test_two_coaches_find_each_other_before_the_employer_is_called_twice(world: World) -> None:
    ours, theirs = await world.school("AM11"), await world.school("AM11", "vso")
    employer = await employer_of(ours, name="Hoveniersbedrijf De Kweek")
    path = f"/v1/employers/{employer['id']}"

    claim = await ours.post("intake", f"{path}/claims", {"purpose": "places"})
    refused = await theirs.call("POST", "intake", f"{path}/claims", {"purpose": "places"})
    assert refused.status_code == 409
    assert ours.claims["email"] in refused.json()["detail"]
    seen = (await theirs.get("intake", path))["claim"]
    assert (seen["schoolId"], seen["coach"]) == (ours.claims["school_id"], ours.claims["email"])

    hinted = await theirs.post("intake", f"{path}/contacts", SHARED)  # the employer called them itself
    assert ours.claims["email"] in hinted["hint"]

    await theirs.post("intake", f"/v1/claims/{claim['id']}/_join", {"message": "Zij belden ons; samen verder?"})
    (waiting,) = (await ours.get("intake", "/v1/claims?mine=true"))["items"]
    asking = waiting["joins"][0]
    assert (asking["message"], asking["coach"]) == ("Zij belden ons; samen verder?", theirs.claims["email"])
    await ours.post("intake", f"/v1/claims/{claim['id']}/joins/{asking['schoolId']}/_accept")
    assert (await theirs.post("intake", f"{path}/contacts", SHARED))["hint"] is None

    spoken = (await ours.get("intake", f"{path}/contacts"))["items"]
    assert [(one["coach"], one["subjects"]) for one in spoken] == [(theirs.claims["email"], ["acquaintance"])] * 2
    await ours.post("intake", f"/v1/claims/{claim['id']}/_release")
    taken_over = await theirs.post("intake", f"{path}/claims", {"purpose": "keep-warm"})
    assert taken_over["schoolId"] == theirs.claims["school_id"]
