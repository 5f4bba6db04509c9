"""Which labour-market regions border on each other: the farthest that a place is looked for.

Kept by hand from the map of the 35 regions. An error costs a possibility over one border, nothing else: between
neighbours the travel rule decides.
"""

_BORDERS = {
    "AM01": "AM02 AM03",
    "AM02": "AM01 AM03 AM11 AM36",
    "AM03": "AM01 AM02 AM05 AM36",
    "AM05": "AM03 AM06 AM09 AM36",
    "AM06": "AM05 AM07 AM09 AM11 AM14 AM36 AM38",
    "AM07": "AM06 AM08 AM09 AM10 AM38",
    "AM08": "AM07 AM10 AM27 AM29",
    "AM09": "AM05 AM06 AM07",
    "AM10": "AM07 AM08 AM13 AM27 AM35 AM38",
    "AM11": "AM02 AM06 AM12 AM18 AM36",
    "AM12": "AM11 AM13 AM14 AM18",
    "AM13": "AM10 AM12 AM14 AM18 AM19 AM20 AM35 AM38",
    "AM14": "AM06 AM12 AM13 AM38",
    "AM15": "AM17 AM37",
    "AM17": "AM15 AM18 AM37",
    "AM18": "AM11 AM12 AM13 AM17 AM19 AM37",
    "AM19": "AM13 AM18 AM20 AM34 AM37",
    "AM20": "AM13 AM19 AM22 AM34 AM35",
    "AM21": "AM22 AM34",
    "AM22": "AM20 AM21 AM23 AM24 AM25 AM34 AM35",
    "AM23": "AM22 AM25 AM35",
    "AM24": "AM22 AM25",
    "AM25": "AM22 AM23 AM24 AM26 AM27 AM35",
    "AM26": "AM25 AM27 AM28",
    "AM27": "AM08 AM10 AM25 AM26 AM28 AM29 AM32",
    "AM28": "AM26 AM27 AM32 AM33",
    "AM29": "AM08 AM27 AM32 AM33",
    "AM30": "AM33",
    "AM32": "AM27 AM28 AM29 AM33",
    "AM33": "AM28 AM29 AM30 AM32",
    "AM34": "AM19 AM20 AM21 AM22",
    "AM35": "AM10 AM13 AM20 AM22 AM23 AM25",
    "AM36": "AM02 AM03 AM05 AM06 AM11",
    "AM37": "AM15 AM17 AM18 AM19",
    "AM38": "AM06 AM07 AM10 AM13 AM14",
}

WITHIN_REACH: dict[str, frozenset[str]] = {
    region: frozenset({region, *borders.split()}) for region, borders in _BORDERS.items()
}
"""A region and those that border on it; symmetric, which the locks of planning rely on."""


def within_reach(region: str) -> frozenset[str]:
    """The regions in which somebody of `region` could find a place; a region that nobody knows stands alone."""
    return WITHIN_REACH.get(region, frozenset({region}))
