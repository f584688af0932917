"""What a SIG's meetings said about the words somebody looks for."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from meetings import search
from meetings.search_form import MinutesSearch
from members.models import Sig
from members.paging import asked_page

PASSAGES_SHOWN = 20
# Decisions, action items and topics: so many of each, above the first page of passages.
BESIDE_SHOWN = 5


def found_page(request: HttpRequest, sig: Sig, form: MinutesSearch) -> HttpResponse:
    """Passages of public minutes newest first, a page at a time; on the first page what else holds the words."""
    question = form.question
    rows = search.passages(question, sig)
    page = asked_page(request.GET, rows, key="held_at", size=PASSAGES_SHOWN)
    context = {
        "sig": sig,
        "tab": "meetings",
        "form": form,
        "question": question,
        "page": page,
        "hits": search.hits_of(page.rows, question),
        "beside": [] if page.newer else search.beside(question, BESIDE_SHOWN, sig),
    }
    return render(request, "meetings/meeting_search.html", context)
