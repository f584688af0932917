"""Text in an address that any database can be asked for: PostgreSQL refuses to look for a NUL."""

from django.urls import register_converter
from django.urls.converters import StringConverter


class PathText(StringConverter):
    """As `str`, but an address with a NUL in it is no address of ours: 404, and nothing is asked."""

    regex = r"[^/\0]+"


register_converter(PathText, "text")
