"""A placement from its agreement to its end, why a place does not suit, and a list with other headings: in several windows."""

import re

from playwright.async_api import Locator, Page, expect

from tests.frontend import scene
from tests.frontend.conftest import Window
from tests.journeys.world import World, employer_of, offer_of, ready_student_of


async def _step(where: Page | Locator, name: str, **fields: str) -> None:
    """Open a step, fill in what it asks, and take it."""
    await where.get_by_role("button", name=name, exact=True).click()
    form = where.get_by_role("group", name=name).locator("form")
    await _fill(form, fields)
    await form.get_by_role("button", name=name, exact=True).click()


async def _fill(form: Locator, fields: dict[str, str]) -> None:
    for label, value in fields.items():
        field = form.get_by_label(label.replace("_", " "))
        if await field.first.evaluate("one => one.tagName") == "SELECT":
            await field.first.select_option(label=value)
        else:
            await field.first.fill(value)


async def test_an_agreement_is_signed_by_link_and_everybody_sees_what_becomes_of_it(
    world: World, window: Window
) -> None:
    own = await world.school("AM11")
    offer = await offer_of(own, await employer_of(own, name="Kwekerij Tekenlust"), seats=2, beginDate=scene.day(-20))
    stay = {"beginDate": scene.day(-14), "endDate": scene.day(20), "weekdays": ["mon"], "offerId": offer["id"]}
    student = await ready_student_of(own, birthDate="2005-05-17")
    placement = await own.post("intake", "/v1/placements", {**stay, "studentId": student})
    adviser = await window(await world.intermediary("sbb", "AM11"), "help")
    await expect(adviser.get_by_text("Geen vragen.")).to_be_visible()
    page = await window(own, f"placements/{placement['id']}")

    card = page.locator(".card", has=page.get_by_role("heading", name="Stageovereenkomst"))
    words = {
        "Leerdoelen": "Op tijd komen",
        "Werkzaamheden": "Vakken vullen",
        "ma:_van": "09:00",
        "ma:_tot": "12:00",
        "Pauze": "30",
        "Begeleider_van_school": "M. Visser",
        "Hoe_begeleidt_de_school?": "Belt elke week.",
        "Begeleider_bij_het_bedrijf": "T. de Wit",
        "Hoe_begeleidt_het_bedrijf?": "Elke dag aanspreekbaar.",
        "Hoe_wordt_beoordeeld?": "Met het formulier.",
        "Wie_verzekert_ongevallen?": "school",
        "Wie_verzekert_schade?": "school",
        "Krijgt_de_leerling": "nee",
        "Worden_reiskosten": "ja",
    }
    await card.get_by_role("button", name="Overeenkomst opstellen").click()
    form = card.locator("form")
    await expect(form.get_by_label("Leerdoelen")).to_be_visible()
    # a colleague writes one first, with a day of two parts: nothing of either is lost
    path = f"/v1/placements/{placement['id']}/agreement"
    parts = [("08:30", "12:30"), ("13:00", "15:00")]
    hours = [{"weekday": "mon", "startTime": begin, "endTime": end} for begin, end in parts]
    await own.put("intake", path, {"hours": hours, "remarks": "Neemt de bus."})
    await _fill(form, words)
    await form.get_by_role("button", name="Overeenkomst opstellen").click()
    await expect(form.locator(".theirs").first).to_be_visible()
    await form.get_by_role("button", name="Mijn tekst opslaan").click()
    terms = await own.until("intake", path, lambda found: found["terms"]["activities"] and found["terms"])
    assert [(one["startTime"], one["endTime"]) for one in terms["hours"]] == [("09:00", "12:00"), parts[1]]
    assert terms["remarks"] == "Neemt de bus."
    await _step(card, "Overeenkomst wijzigen", **{"ma_(2):_tot": ""})
    await expect(form.get_by_label("ma (2): tot")).to_have_attribute("aria-invalid", "true")
    await form.get_by_label("ma (2): tot").fill("16:00")
    await form.get_by_role("button", name="Overeenkomst wijzigen").click()
    await expect(form).to_have_count(0)
    assert [one["endTime"] for one in (await own.get("intake", path))["terms"]["hours"]] == ["12:00", "16:00"]
    colleague = await window(own, f"placements/{placement['id']}")
    await expect(colleague.get_by_role("list", name="Wie tekent wanneer")).to_contain_text("leerling is aan de beurt")
    await card.get_by_role("button", name="Link maken").click()
    link = await page.get_by_role("link", name="Pagina om te tekenen").get_attribute("href")
    outside = await page.context.new_page()
    await outside.goto(str(link))
    await outside.get_by_label(re.compile("Ik heb de overeenkomst gelezen")).check()
    await outside.get_by_role("button").last.click()
    await expect(outside.get_by_text("Bedankt")).to_be_visible()
    for each in (page, colleague):
        order = each.get_by_role("list", name="Wie tekent wanneer")
        await expect(order.locator("li.done")).to_contain_text("leerling")
        await expect(order.locator("li.now")).to_contain_text("school")

    await _step(page, "SBB iets vragen", Vraag="Hoe leg je een taak uit?")
    await adviser.get_by_role("button", name="Oppakken").click()
    await _step(adviser, "Vraag beantwoorden", Antwoord="Doe het eerst voor.")
    await expect(page.locator(".tag", has_text="beantwoord")).to_be_visible()
    # what is still to be answered stands above what came before it
    later = {"kind": "guidance", "question": "Wie belt met de ouders?"}
    await own.post("intake", f"/v1/placements/{placement['id']}/requests", later)
    asked = adviser.locator(".card", has=adviser.get_by_role("heading", name="Vragen over een plaatsing"))
    await expect(asked.locator(".thing")).to_have_count(2)
    await expect(asked.locator(".thing").first).to_contain_text("Wie belt met de ouders?")

    await _step(page, "Beëindigen", **{"Hoe_liep_het_af?": "eerder gestopt"})
    await expect(colleague.locator(".page-head .tag")).to_have_text("afgelopen")
    await expect(colleague.get_by_text("eerder gestopt").first).to_be_visible()


async def test_why_a_place_does_not_suit_and_a_decision_about_it(world: World, window: Window) -> None:
    own = await world.school("AM36")
    await offer_of(
        own, await employer_of(own, name="Kwekerij Ver", sectors=["logistiek"]), sector="logistiek", tasks=[]
    )
    student = await ready_student_of(own, wishes=[{"rank": 1, "sector": "horeca", "tasks": []}])
    page = await window(own, f"students/{student}", english=True)
    card = page.locator(".card", has=page.get_by_role("heading", name="Does another place suit?"))
    await card.get_by_label("Place").select_option(index=1)
    await expect(card.get_by_text("This place does not suit.")).to_be_visible()
    # a sentence of the service is Dutch, and says so to a screen reader
    await expect(
        card.get_by_role("list", name="What speaks for and against it").locator("[lang=nl]").first
    ).to_be_visible()
    until = {"Decision": "not this place", "Reason": "De leerling wil er niet heen."}
    await _step(card, "Decide about this place", **until)
    await expect(card.get_by_text("De leerling wil er niet heen.").last).to_be_visible()
    await card.get_by_role("button", name="Take the decision back").click()
    await expect(card.get_by_role("button", name="Take the decision back")).to_have_count(0)


async def test_columns_are_chosen_once(world: World, window: Window) -> None:
    own = await world.school("AM20")
    page = await window(own, "import")

    async def upload(name: str) -> None:
        rows = f"zaak;postcode;woonplaats\n{name};2801 AB;Gouda\n"
        await page.get_by_label("Bestand").set_input_files(
            {"name": "bedrijven.csv", "mimeType": "text/csv", "buffer": rows.encode()}
        )
        await page.get_by_role("button", name="Nakijken").click()

    await upload("Bakkerij Eerst")
    place = await page.get_by_label("woonplaats").input_value()
    for column in ("zaak", "woonplaats"):
        await page.get_by_label(column).select_option(label="Naam (verplicht)")
    await page.get_by_role("button", name="Kolommen zo lezen").click()
    await expect(page.get_by_label("woonplaats")).to_have_accessible_description(re.compile("al bij een andere kolom"))
    await page.get_by_label("woonplaats").select_option(place)
    await page.get_by_role("button", name="Kolommen zo lezen").click()
    done = page.get_by_text("Klaar: alles is opgeslagen.")
    await page.get_by_role("button", name="Opslaan").click()
    await expect(done).to_be_visible()
    await upload("Bakkerij Later")
    await expect(done).to_have_count(0)
    await page.get_by_role("button", name="Opslaan").click()
    await expect(done).to_be_visible()


async def test_the_mail_about_an_indication_leads_to_a_page_that_takes_the_answer_over(
    world: World, window: Window
) -> None:
    own, uwv = await world.school("AM11"), await world.intermediary("uwv", "AM11")
    student = await ready_student_of(own, familyName="Beslist")
    ground = {"recipientKind": "uwv", "organisation": "UWV", "purpose": "indication", "legalGround": "legal-task"}
    on = {"legalBasis": "Participatiewet", "givenDate": scene.day(0), "endDate": scene.day(20)}
    await own.post("intake", f"/v1/students/{student}/grounds", ground | on)
    asked = await own.post("intake", f"/v1/students/{student}/requests", {"indication": "sheltered"})
    page = await window(own, f"student-requests/{asked['id']}")
    await expect(page.get_by_role("button", name="Intrekken")).to_be_visible()
    await uwv.post("intake", f"/v1/student-requests/{asked['id']}/_answer", {"outcome": "granted"})
    await expect(page.get_by_text("toegekend")).to_be_visible()
    reason = {"Waarom_mag_u_dit_bewaren?": "nodig voor de begeleiding", "Waarvoor_is_het_nodig?": "Bepaalt de plek."}
    await _step(page, "Overnemen", **reason)
    await expect(page.get_by_text("overgenomen op")).to_be_visible()
