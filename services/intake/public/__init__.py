"""Pages for those without an account: what stands behind a link, in plain Dutch, on a telephone first."""

from services.intake.public.routes import install, router

__all__ = ["install", "router"]
