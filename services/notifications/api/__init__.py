"""The HTTP API of notifications."""

from services.notifications.api import (
    bounces,
    calls,
    case_systems,
    deliveries,
    desks,
    feed,
    letters,
    live,
    me,
    opt_outs,
    regions,
    subscriptions,
)

routers = (
    subscriptions.router,
    deliveries.router,
    feed.router,
    calls.router,
    regions.router,
    case_systems.router,
    case_systems.callback,
    desks.router,
    live.router,
    me.router,
    letters.router,
    opt_outs.router,
    bounces.router,
)
