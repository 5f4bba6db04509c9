"""What somebody typed, and what it can mean."""

from services.intake.domain.words import MOST_WORDS, searched, typed_words


def test_articles_and_legal_forms_do_not_count_unless_there_is_nothing_else() -> None:
    assert typed_words("De Linde B.V.") == ["linde"]
    assert typed_words("de") == ["de"]
    assert typed_words("  %_ ") == []
    assert len(typed_words(" ".join(f"woord{number}" for number in range(50)))) == MOST_WORDS


def test_a_word_means_its_compounds_and_what_it_is_a_typing_error_of() -> None:
    known = {"zorg": ["thuiszorg", "zorghuis", "zog"], "bakerij": ["bakkerij", "bankier", "makelarij"]}
    zorg, bakery = searched("zorg bakerij", {}, known).words
    assert zorg.others == ("thuiszorg", "zorghuis", "zog")
    assert bakery.others == ("bakkerij",)


def test_the_last_word_may_be_unfinished_and_a_short_one_has_no_typing_errors() -> None:
    words = searched("groen tui", {"groen": "'groen'"}, {"tui": ["tuin", "bui"]})
    assert words.strict == "('groen' | 'groen') & ('tui':*)"
    assert words.wide == "('groen' | 'groen') & ('tui':* | 'tuin')"
