"""What can be asked of analytics: tables, the region's summary, open data, a page on paper, the dashboard."""

from services.analytics.api import dashboard, datasets, figures, login, region_pages, tables

routers = (tables.router, figures.router, datasets.router, region_pages.router, login.router, dashboard.router)
"""In the order of the document."""
