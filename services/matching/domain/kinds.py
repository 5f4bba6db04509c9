"""Kinds of place: what serves as well, where one learns, where one finds out what one likes."""

from shared.events.codes import PlacementKind

ALSO_GOOD: dict[PlacementKind, frozenset[PlacementKind]] = {
    PlacementKind.INTERNSHIP: frozenset(
        {
            PlacementKind.LONG,
            PlacementKind.GROUP,
            PlacementKind.INTERNAL,
            PlacementKind.LEARN_WORK_CENTRE,
            PlacementKind.WORK_TRAJECTORY,
        }
    ),
    PlacementKind.LONG: frozenset(
        {
            PlacementKind.INTERNSHIP,
            PlacementKind.GROUP,
            PlacementKind.LEARN_WORK_CENTRE,
            PlacementKind.WORK_TRAJECTORY,
        }
    ),
    PlacementKind.GROUP: frozenset({PlacementKind.INTERNSHIP, PlacementKind.LEARN_WORK_CENTRE, PlacementKind.INTERNAL}),
    PlacementKind.TASTER: frozenset({PlacementKind.GROUP, PlacementKind.INTERNAL}),
    PlacementKind.INTERNAL: frozenset({PlacementKind.LEARN_WORK_CENTRE, PlacementKind.GROUP}),
    PlacementKind.LEARN_WORK_CENTRE: frozenset({PlacementKind.INTERNAL, PlacementKind.GROUP, PlacementKind.INTERNSHIP}),
    PlacementKind.WORK_TRAJECTORY: frozenset({PlacementKind.LONG, PlacementKind.INTERNSHIP, PlacementKind.JOB}),
    PlacementKind.TRIAL: frozenset({PlacementKind.JOB, PlacementKind.WORK_TRAJECTORY}),
    PlacementKind.JOB: frozenset({PlacementKind.TRIAL, PlacementKind.PARTICIPATION_JOB}),
    PlacementKind.SHELTERED: frozenset({PlacementKind.PARTICIPATION_JOB}),
    PlacementKind.DAY_ACTIVITY: frozenset(),
    PlacementKind.PARTICIPATION_JOB: frozenset({PlacementKind.JOB, PlacementKind.TRIAL, PlacementKind.SHELTERED}),
}
"""What is sought → which other kinds of place serve as well (D1–D14)."""

LEARNING = frozenset(
    {
        PlacementKind.INTERNSHIP,
        PlacementKind.TASTER,
        PlacementKind.LONG,
        PlacementKind.GROUP,
        PlacementKind.INTERNAL,
        PlacementKind.LEARN_WORK_CENTRE,
    }
)
"""Kinds of place that belong to school."""

TO_DISCOVER = frozenset({PlacementKind.TASTER, PlacementKind.INTERNAL, PlacementKind.LEARN_WORK_CENTRE})
"""Kinds of place that are made for finding out what one likes (M3); internships serve as well."""
