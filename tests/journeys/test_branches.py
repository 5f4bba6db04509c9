"""A chain with its seat far away and a branch nearby (B28), until it stops for good (B22)."""

from tests.journeys.world import PLACES, World, employer_of, offer_of, proposal_for, ready_student_of


async def test_a_branch_nearby_counts_until_the_chain_stops_for_good(world: World) -> None:
    far, near = await world.school("AM30"), await world.school("AM02")
    chain = await employer_of(far, name="Wasserij De Golf", sectors=["facilitaire-dienstverlening"])
    path = f"/v1/employers/{chain['id']}"
    branch = await near.post("intake", f"{path}/locations", {"name": "Leeuwarden", "address": PLACES["AM02"]})
    work = {"sector": "facilitaire-dienstverlening", "tasks": []}
    offer = await offer_of(near, chain, locationId=branch["id"], **work)
    assert (chain["region"], offer["region"]) == ("AM30", "AM02")

    student = await ready_student_of(near, wishes=[{"rank": 1, **work}])
    proposal = await proposal_for(near, student)
    assert proposal["offerId"] == offer["id"]

    assert (await near.call("POST", "intake", f"{path}/_stop", {})).status_code == 403
    await far.post("intake", f"{path}/_stop", {"reason": "closed-down"})
    await near.until("matching", f"/v1/proposals/{proposal['id']}", lambda now: now["state"] == "expired")
    assert (await near.get("intake", f"/v1/offers/{offer['id']}"))["state"] == "withdrawn"
