"""A process is one table, and the documentation shows the same one."""

from pathlib import Path

import pytest

from services.matching.domain.proposals import PROPOSAL, Happened, ProposalIsNotOpen, ProposalState

PAGE = Path(__file__).parents[2] / "docs" / "processes.md"


def test_the_documentation_shows_the_table_that_runs() -> None:
    assert PROPOSAL.as_mermaid() in PAGE.read_text()


@pytest.mark.parametrize("state", [state for state in ProposalState if state not in PROPOSAL.steps])
@pytest.mark.parametrize("happened", list(Happened))
def test_what_has_ended_stays_as_it_is(state: ProposalState, happened: Happened) -> None:
    with pytest.raises(ProposalIsNotOpen):
        PROPOSAL.after(state, happened)


def test_what_is_accepted_neither_runs_out_nor_is_answered_again() -> None:
    for happened in (Happened.RAN_OUT, Happened.ACCEPTED, Happened.DECLINED):
        assert not PROPOSAL.allows(ProposalState.ACCEPTED, happened)
