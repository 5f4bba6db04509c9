"""What can be asked of analytics: tables, the region's summary, the dashboard."""

from services.analytics.api import dashboard, figures, tables

routers = (tables.router, figures.router, dashboard.router)
"""In the order of the document."""
