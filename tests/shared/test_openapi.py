"""What a generator makes a good client of."""

from typing import Annotated, Any

import pytest
from fastapi import FastAPI, Query

from shared import openapi
from shared.api import Body, Resource


class Told(Body):
    word: str
    note: str | None = None


class Kept(Resource):
    id: str
    note: str | None = None


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    app = FastAPI(generate_unique_id_function=openapi.operation_id)
    openapi.install(app)

    @app.post("/v1/rooms/{room_id}/words", status_code=201)
    async def keep_word(room_id: str, body: Told) -> Kept:
        raise NotImplementedError

    @app.get("/v1/words/{word_id}")
    async def read_word(word_id: str, language: Annotated[str | None, Query(max_length=2)] = None) -> Kept:
        raise NotImplementedError

    @app.post("/v1/words/{word_id}/_forget")
    async def forget_word(word_id: str) -> Kept:
        raise NotImplementedError

    @app.get("/v1/words/{word_id}/uses/{use_id}")
    async def read_use(word_id: str, use_id: str) -> Kept:
        raise NotImplementedError

    return app.openapi()


def test_operations_and_parameters_are_named_as_all_names_on_the_wire(document: dict[str, Any]) -> None:
    read = document["paths"]["/v1/words/{wordId}"]["get"]
    assert read["operationId"] == "readWord"
    assert [parameter["name"] for parameter in read["parameters"]] == ["wordId", "language"]


def test_a_parameter_is_left_out_and_never_null(document: dict[str, Any]) -> None:
    language = document["paths"]["/v1/words/{wordId}"]["get"]["parameters"][1]
    assert (language["schema"]["type"], language["schema"]["maxLength"]) == ("string", 2)
    assert "anyOf" not in language["schema"]


def test_an_answer_has_all_its_fields_and_a_body_only_what_it_needs(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    assert schemas["Kept"]["required"] == ["id", "note"]
    assert schemas["Told"]["required"] == ["word"]


def test_what_was_made_links_to_what_can_be_done_with_it(document: dict[str, Any]) -> None:
    made = document["paths"]["/v1/rooms/{roomId}/words"]["post"]["responses"]["201"]
    assert set(made["links"]) == {"readWord", "forgetWord"}
    assert made["links"]["readWord"]["parameters"] == {"wordId": "$response.body#/id"}
    assert "Location" in made["headers"]


def test_invalid_input_is_never_422(document: dict[str, Any]) -> None:
    assert "422" not in document["paths"]["/v1/words/{wordId}"]["get"]["responses"]
    assert "HTTPValidationError" not in document["components"]["schemas"]
