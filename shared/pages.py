"""What every page has that somebody opens from a mail: nothing of another host, nothing kept, nothing passed on."""

HEADERS = {
    # a page loads its own style sheet and nothing else, and sends its form to itself
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}
