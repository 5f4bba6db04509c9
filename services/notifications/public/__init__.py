"""The pages behind the links in letters to desks: nothing is logged in, and no script is needed."""

from services.notifications.public.routes import install, router

__all__ = ["install", "router"]
