"""Several people at once, each in a window of their own."""

import re

from playwright.async_api import Route, expect

from tests.frontend import scene
from tests.frontend.conftest import Window
from tests.journeys.world import Person, World, employer_of, offer_of, proposal_for, ready_student_of


async def test_one_accepts_and_the_others_see_it_live(world: World, window: Window) -> None:
    own, other = await world.school("AM05"), await world.school("AM05")
    await offer_of(own, await employer_of(own, name="Kwekerij Groenland"))
    student = await ready_student_of(own, familyName="Aanhouder")
    await proposal_for(own, student)

    colleague = await window(own, "today")
    await expect(colleague.get_by_role("article")).to_contain_text("Kwekerij Groenland")
    elsewhere = await window(other, "offers")
    await expect(elsewhere.get_by_text("1 vrije plek")).to_be_visible()
    await expect(elsewhere.get_by_text("bezet door")).to_have_count(0)

    page = await window(own, f"students/{student}")
    card = page.get_by_role("article", name="Kwekerij Groenland")
    await expect(card.get_by_role("list", name="Waarom deze plek")).to_contain_text("Past bij de eerste keuze")
    await card.get_by_role("button", name="Aannemen").click()

    await expect(colleague.get_by_role("article")).to_have_count(0)
    await expect(colleague.locator(".figure", has_text="hebben een plek")).to_contain_text("1")
    # the seat is shared over the week: who has it on which days, every school of the region sees
    await expect(elsewhere.get_by_text("bezet door School")).to_be_visible()


async def test_an_acceptance_is_taken_back(world: World, window: Window) -> None:
    own = await world.school("AM07")
    await offer_of(own, await employer_of(own))
    student = await ready_student_of(own)
    await proposal_for(own, student)
    page = await window(own, f"students/{student}")
    await page.get_by_role("button", name="Aannemen").click()
    await page.get_by_role("button", name="Ongedaan maken").click()
    await expect(page.get_by_text("Teruggedraaid.")).to_be_visible()
    path = f"/v1/placements?studentId={student}"
    states = await own.until("intake", path, lambda found: [p["state"] for p in found["items"]])
    assert states == ["cancelled"]


async def test_a_decline_waits_for_second_thoughts(world: World, window: Window) -> None:
    own = await world.school("AM09")
    await offer_of(own, await employer_of(own))
    student = await ready_student_of(own)
    proposal = await proposal_for(own, student)
    page = await window(own, f"students/{student}")

    async def decline() -> None:
        await page.get_by_role("button", name="Afwijzen").click()
        await page.get_by_role("group", name="Waarom past het niet?").get_by_role("button").first.click()
        await expect(page.get_by_role("button", name="Aannemen")).to_have_count(0)

    await decline()
    await page.get_by_role("button", name="Ongedaan maken").click()
    await expect(page.get_by_role("button", name="Aannemen")).to_be_visible()
    assert (await own.get("matching", f"/v1/proposals/{proposal['id']}"))["state"] == "open"
    await decline()
    await own.until("matching", f"/v1/proposals/{proposal['id']}", lambda found: found["state"] == "declined")
    # what was told cannot be taken back any more
    await expect(page.get_by_role("button", name="Ongedaan maken")).to_have_count(0, timeout=1500)


async def test_a_decline_that_comes_too_late_is_said(world: World, window: Window) -> None:
    own = await world.school("AM01")
    await offer_of(own, await employer_of(own, name="Kwekerij Traag"))
    student = await ready_student_of(own)
    proposal = await proposal_for(own, student)
    page = await window(own, f"students/{student}")
    await page.get_by_role("button", name="Afwijzen").click()
    await page.get_by_role("group", name="Waarom past het niet?").get_by_role("button").first.click()
    card = page.get_by_role("article", name="Kwekerij Traag")
    await expect(card).to_have_count(0)
    await own.post("matching", f"/v1/proposals/{proposal['id']}/_accept")
    await expect(page.locator(".toasts")).to_contain_text("Dit voorstel is intussen beantwoord of verlopen.")
    await expect(card).to_be_visible()


async def test_an_answer_that_got_lost_is_no_refusal(world: World, window: Window) -> None:
    own = await world.school("AM02")
    await offer_of(own, await employer_of(own))
    student = await ready_student_of(own)
    await proposal_for(own, student)
    page = await window(own, f"students/{student}")

    async def lose(route: Route) -> None:
        await route.fetch()
        await route.abort()

    await page.route("**/_accept", lose, times=1)
    await page.get_by_role("button", name="Aannemen").click()
    await expect(page.locator(".toasts").get_by_text("Aangenomen")).to_be_visible()
    await expect(page.get_by_text("Dit voorstel is intussen beantwoord")).to_have_count(0)


async def _change(who: Person, student: str, **facts: object) -> None:
    url = f"{who.world.stack.urls['intake']}/v1/students/{student}"
    answer = await who.client.patch(url, json=facts, headers={"If-Match": "*"})
    assert answer.is_success, answer.text


async def test_an_old_draft_meets_what_a_colleague_wrote(world: World, window: Window) -> None:
    own = await world.school("AM21")
    student = await ready_student_of(own)
    page = await window(own, f"students/{student}")
    await page.get_by_role("button", name="Wijzigen").click()
    await page.get_by_label("Notities").fill("Werkt graag buiten.")
    await page.get_by_role("link", name="Leerlingen").first.click()
    await _change(own, student, notes="Belt liever niet.", daysPerWeek=1)
    await page.get_by_role("link", name="Voorbeeld").click()
    await expect(page.get_by_text("Belt liever niet.")).to_be_visible()
    await page.get_by_role("button", name="Wijzigen").click()
    await expect(page.get_by_label("Notities")).to_have_value("Werkt graag buiten.")
    await page.get_by_role("button", name="Opslaan").click()
    await expect(page.locator(".theirs")).to_contain_text("Belt liever niet.")
    await page.get_by_role("button", name="Mijn tekst opslaan").click()
    path = f"/v1/students/{student}"
    saved = await own.until("intake", path, lambda found: found["notes"] == "Werkt graag buiten." and found)
    assert saved["daysPerWeek"] == 1


async def test_wishes_that_the_form_does_not_show_stay(world: World, window: Window) -> None:
    own = await world.school("AM20")
    kinds = [
        ("detailhandel", "vakken-vullen"),
        ("horeca", None),
        ("detailhandel", None),
        ("techniek-en-productie", None),
        ("zorg-en-welzijn", None),
    ]
    wishes = [
        {"rank": rank, "sector": sector, "tasks": [task] if task else [], "neighbourhoods": []}
        for rank, (sector, task) in enumerate(kinds, 1)
    ]
    student = await ready_student_of(own, wishes=wishes)
    page = await window(own, f"students/{student}")
    await page.get_by_role("button", name="Wijzigen").click()
    await page.get_by_label("Wens 2").select_option("logistiek")
    await page.get_by_role("button", name="Opslaan").click()
    wishes[1]["sector"] = "logistiek"
    path = f"/v1/students/{student}"
    await own.until("intake", path, lambda found: found["wishes"] == wishes)


async def test_two_who_change_one_student_see_each_others_words(world: World, window: Window) -> None:
    own = await world.school("AM11")
    student = await ready_student_of(own)
    pages = [await window(own, f"students/{student}") for _ in range(2)]
    for page, words in zip(pages, ("Belt liever niet.", "Werkt graag buiten."), strict=True):
        await page.get_by_role("button", name="Wijzigen").click()
        await page.get_by_label("Notities").fill(words)
    await pages[0].get_by_role("button", name="Opslaan").click()
    await expect(pages[0].get_by_text("Belt liever niet.")).to_be_visible()
    await pages[1].get_by_role("button", name="Opslaan").click()
    await expect(pages[1].locator(".theirs")).to_contain_text("Belt liever niet.")
    await expect(pages[1].get_by_label("Notities")).to_have_value("Werkt graag buiten.")
    await pages[1].get_by_role("button", name="Mijn tekst opslaan").click()
    await own.until("intake", f"/v1/students/{student}", lambda found: found["notes"] == "Werkt graag buiten.")


async def test_what_is_typed_outlives_a_lost_connection(world: World, window: Window) -> None:
    own = await world.school("AM20")
    employer = await employer_of(own)
    page = await window(own, f"employers/{employer['id']}")
    await page.get_by_role("button", name="Ervaring delen").click()
    await page.get_by_label("Opmerking").fill("Begint rustig.")
    await page.context.set_offline(True)
    await page.locator("form").get_by_role("button", name="Opslaan").click()
    await expect(page.get_by_text("Geen verbinding.")).to_be_visible()
    await expect(page.get_by_label("Opmerking")).to_have_value("Begint rustig.")
    await page.context.set_offline(False)
    await expect(page.get_by_text("Geen verbinding.")).to_have_count(0)
    await expect(page.locator(".row-title", has_text="Begint rustig.")).to_be_visible()
    path = f"/v1/employers/{employer['id']}/remarks"
    assert len((await own.get("intake", path))["items"]) == 1


async def test_what_is_wrong_stands_at_its_field(world: World, window: Window) -> None:
    own = await world.school("AM21")
    page = await window(own, "employers/new")
    for label, value in {"Naam": "Bakkerij", "Postcode": "onzin", "Plaats": "Den Haag", "KvK-nummer": "12"}.items():
        await page.get_by_label(label).fill(value)
    await page.get_by_role("button", name="Opslaan").click()
    field = page.get_by_label("KvK-nummer")
    await expect(field).to_have_attribute("aria-invalid", "true")
    await expect(field).to_have_accessible_description(re.compile("Kijk het veld na"))
    await expect(page.get_by_label("Naam")).to_have_value("Bakkerij")


async def test_a_yes_on_the_telephone_becomes_a_proposal(world: World, window: Window) -> None:
    own = await world.school("AM24")
    await employer_of(own, name="Zilte Tuin", telephone="0118123456")
    student = await ready_student_of(own)
    await world.impatient("AM24")
    page = await window(own, f"students/{student}")
    candidate = page.get_by_role("article", name="Zilte Tuin")
    await candidate.get_by_role("button", name="niet bereikt").click()
    await expect(page.get_by_text("Genoteerd.")).to_be_visible()
    await candidate.get_by_role("button", name="ja", exact=True).click()
    await candidate.get_by_label("Begint op").fill("2027-02-01")
    await candidate.get_by_label("Begeleiding door het bedrijf").select_option("full")
    await candidate.get_by_role("button", name="Opslaan").click()
    await expect(page.get_by_role("button", name="Aannemen")).to_be_visible()


async def test_what_an_intermediary_answers_is_there_at_once(world: World, window: Window) -> None:
    own = await world.school("AM25")
    await world.impatient("AM25")
    adviser: Person = await world.intermediary("sbb", "AM25", "GM0758")
    page, waiting = await window(adviser, "calls"), await window(own, "calls")
    await expect(page.get_by_text("Er lopen geen hulpvragen.")).to_be_visible()
    await ready_student_of(own)
    # both hear of the call without asking
    await expect(waiting.get_by_text("Nog geen antwoord.").first).to_be_visible()
    # who looks for one has not answered yet
    [call] = (await adviser.get("notifications", "/v1/calls"))["items"]
    await adviser.post("notifications", f"/v1/calls/{call['id']}/_take")
    await page.reload()
    await expect(page.get_by_text("zoekt een bedrijf")).to_be_visible()
    await page.get_by_role("button", name="Antwoorden").click()
    await page.get_by_label("Naam van het bedrijf").fill("Drukkerij Vestzicht")
    await page.get_by_label("Postcode").fill("4811 AB")
    await page.get_by_label("Plaats").fill("Breda")
    await page.get_by_role("button", name="Bedrijf noemen").click()
    await expect(page.get_by_text("Dank u wel.")).to_be_visible()
    await expect(waiting.get_by_text("Drukkerij Vestzicht")).to_be_visible()


async def test_who_works_for_two_schools_says_for_which(world: World, window: Window) -> None:
    first, second = await world.school("AM21"), await world.school("AM21")
    regional = Person(world, roles=["regional-coordinator"], regions=["AM21"])
    asked = await scene.furnish_region(regional, "AM21")
    brins = [first.claims["schools"][0], second.claims["schools"][0]]
    both = Person(world, roles=["coordinator"], schools=brins)
    page = await window(both, "import")
    await page.get_by_label("School").select_option(brins[1])
    list_of_one = "naam;postcode;plaats\nBakkerij Voorbeeld;2511 AB;Den Haag\n"
    await page.get_by_label("Bestand").set_input_files(
        {"name": "bedrijven.CSV", "mimeType": "text/csv", "buffer": list_of_one.encode()}
    )
    await page.get_by_role("button", name="Nakijken").click()
    await expect(page.get_by_text("1 rijen").first).to_be_visible()
    assert len((await second.get("intake", "/v1/imports"))["items"]) == 1
    assert not (await first.get("intake", "/v1/imports"))["items"]

    page = await window(both, "rounds")
    newest = page.get_by_role("button", name=f"Invullen: School {brins[1]}").first  # others may have opened rounds here
    await newest.click()
    await page.get_by_label("Geen van deze").first.check()
    await page.get_by_label("Alles is ingevuld").check()
    await page.locator("form button.primary").click()
    path = f"/v1/questionnaire-rounds/{asked['id']}/responses/{second.claims['school_id']}"
    [answer] = (await second.until("intake", path, lambda found: found))["answers"]
    assert answer["codes"] == []
    # none is an answer, which saving again keeps
    await newest.click()
    await expect(page.get_by_label("Geen van deze").first).to_be_checked()

    page = await window(both, "initiatives")
    await page.get_by_role("button", name="Overleg plannen").click()
    form = page.locator("form")
    await form.get_by_label("School").select_option(f"School {brins[1]}")
    await form.get_by_label("Onderwerp").fill("Zorg")
    await form.get_by_label("Soort").select_option(index=1)
    await form.get_by_label("Datum").fill(scene.day(9))
    await form.locator("button.primary").click()
    await expect(form).to_have_count(0)
    [meeting] = (await second.get("intake", "/v1/meetings"))["items"]
    assert meeting["schoolId"] == second.claims["school_id"]
