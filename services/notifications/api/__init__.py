"""The HTTP API of notifications."""

from services.notifications.api import calls, feed, live, me, regions, subscriptions

routers = (subscriptions.router, feed.router, calls.router, regions.router, live.router, me.router)
