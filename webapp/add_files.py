"""The other ways in: a sheet, rows pasted from a table, a file in Turtle or JSON-LD. All lead to one page, which shows
what was read, row by row what is to be mended, and sends what is in order.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from typing import Final, cast

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as AnyResponse

from p2p_graph.config import Settings
from p2p_graph.contributing.form import LANGUAGES
from p2p_graph.contributing.roles import Account
from p2p_graph.contributing.rows import Table, read_rows
from p2p_graph.contributing.sheets import MEDIA_TYPE, read_pasted, read_sheet, template, template_table
from p2p_graph.contributing.uploads import UploadLimits, read_upload
from p2p_graph.errors import UnknownSubmission, UploadRefused
from p2p_graph.message import Message
from p2p_graph.translation import error_in
from webapp.add_page import show_values
from webapp.batches import Batch, Batches, Item, batch_of, batch_of_triples
from webapp.checked import VISITOR, listed
from webapp.filling_in import Told, entry_label, tell
from webapp.languages import at, language
from webapp.problems import describe, wants_page
from webapp.protection import bounded
from webapp.signed_in import account, check_origin, desk, form, has_form_key, needs, somebody

__all__ = ["pages"]

pages = Blueprint("add_files", __name__)

_BATCHES: Final = "p2p_batches"
#: seconds that one look at a batch works on it
_LOOK: Final = 1.5
#: practices whose whole content is shown before they are sent
_SHOWN: Final = 20
_SUFFIXES: Final[Mapping[str, str]] = {"ttl": "ttl", "nt": "nt", "jsonld": "jsonld", "json": "jsonld"}
#: what a request may have beside the file itself
_ROOM: Final = 64_000


@pages.record_once
def _joined(state: object) -> None:
    cast("Response", state).app.extensions[_BATCHES] = Batches()  # type: ignore[attr-defined]


@pages.before_request
def _wider() -> None:
    """A file may be larger than the body of another request."""
    request.max_content_length = max(_settings().body_bytes, _settings().upload_bytes + _ROOM)
    request.max_form_memory_size = request.max_content_length


def _settings() -> Settings:
    return cast(Settings, current_app.config["P2P_SETTINGS"])


def _batches() -> Batches:
    return cast(Batches, current_app.extensions[_BATCHES])


# The template


@pages.get("/add/template.xlsx")
@bounded
def sheet_template() -> Response:
    """A workbook to fill in, in the language of the page; texts in that language, and in others that are asked for."""
    names = desk().names(VISITOR)
    known = {
        kind: [name for _address, name in names.all_of(kind, language())]
        for kind in ("country", "organisation", "place", "law", "project")
    }
    content = template(form(), known, _written_in(), language())
    return _file(content, MEDIA_TYPE, "peer2peer-practices.xlsx")


@pages.get("/add/template.csv")
def table_template() -> Response:
    """The heads of a table, for who has no program for workbooks."""
    text = "\ufeff" + template_table(form(), _written_in(), language())
    return _file(text.encode(), "text/csv; charset=utf-8", "peer2peer-practices.csv")


def _written_in() -> list[str]:
    asked = [code for code in request.args.getlist("written-in") if code in LANGUAGES]
    return list(dict.fromkeys(asked or [language()]))


def _file(content: bytes, media_type: str, name: str) -> Response:
    response = Response(content, content_type=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


# The doors


@pages.get("/add/sheet")
def sheet() -> AnyResponse:
    """Where a sheet is sent."""
    return _door("sheet")


@pages.post("/add/sheet")
@bounded
def sheet_sent() -> AnyResponse:
    """Reads a workbook or a table."""
    check_origin()
    try:
        content = _content()
        return _looked(_kept(_rows(read_sheet(content, UploadLimits.of(_settings())), "sheet")))
    except UploadRefused as reason:
        return _door("sheet", reason)


@pages.get("/add/paste")
def paste() -> AnyResponse:
    """Where rows are pasted; a draft holds those of before."""
    by, id = account(), request.args.get("draft", "")
    kept = next((one for one in desk().drafts(by) if one.id == id), None) if by is not None and id else None
    return _door("paste", pasted=str(kept.values.get("text", "")) if kept is not None else "", draft=id)


@pages.post("/add/paste")
@bounded
def pasted() -> AnyResponse:
    """Reads pasted rows; who is signed in has them kept as a draft."""
    check_origin()
    by, text, draft = account(), request.form.get("text", ""), request.form.get("draft", "")[:32]
    try:
        if by is not None and has_form_key() and text.strip():
            kept = {"door": "paste", "text": text}
            draft = desk().draft(by, kept, title=text.strip().splitlines()[-1][:80], id=draft).id
        batch = _rows([read_pasted(text)], "paste")
        batch.draft = draft
        return _looked(batch)
    except UploadRefused as reason:
        return _door("paste", reason, text, draft)


@pages.get("/add/file")
def file() -> AnyResponse:
    """Where a file of triples is sent."""
    return _door("file")


@pages.post("/add/file")
@bounded
def file_sent() -> AnyResponse:
    """Reads a file of triples."""
    check_origin()
    try:
        content = _content()
        suffix = (request.files["file"].filename or "").rpartition(".")[2].lower()
        form_name = _SUFFIXES.get(suffix, suffix)
        triples = read_upload(content, form_name, UploadLimits.of(_settings()))
        return _looked(batch_of_triples(triples, account(), request.form.get("of", type=int)))
    except UploadRefused as reason:
        return _door("file", reason)


def _content() -> bytes:
    given: FileStorage | None = request.files.get("file")
    if given is None or not given.filename:
        raise UploadRefused(Message("No file was chosen: choose one, and send it again."), reason="empty")
    return bytes(given.read())


def _rows(tables: list[Table], door: str) -> Batch:
    written_in = request.form.get("written-in", "")
    read = read_rows(form(), tables, written_in if written_in in LANGUAGES else language())
    return batch_of(read, door, account())


def _door(door: str, reason: UploadRefused | None = None, pasted: str = "", draft: str = "") -> AnyResponse:
    if reason is not None and not wants_page():
        raise reason
    page = render_template(
        "add/door.html",
        door=door,
        told=error_in(reason, language()) if reason is not None else "",
        pasted=pasted,
        draft=draft,
        of=request.values.get("of", type=int),
        writing=LANGUAGES,
        written_in=language(),
        by=account(),
    )
    return make_response(page, describe(reason).status if reason is not None else 200)


def _kept(batch: Batch) -> Batch:
    """The same, kept as a draft of who is signed in and sent it from a page of ours; one that is too long is not."""
    by = account()
    if by is not None and has_form_key():
        with contextlib.suppress(UploadRefused):
            name = next((item.title for item in batch.items if item.title), "")
            batch.draft = desk().draft(by, {"door": "sheet", "batch": batch.kept()}, title=name).id
    return batch


def _batch(id: str, by: Account | None) -> Batch:
    """A batch that is in memory, or that a draft of its sender holds. Raises UnknownSubmission."""
    try:
        return _batches().get(id, by)
    except UnknownSubmission:
        if by is None:
            raise
        for one in desk().drafts(by):
            if one.values.get("batch", {}).get("id") == id:
                batch = Batch.from_kept(one.values["batch"], one.id, by)
                _batches().keep(batch)
                return batch
        raise


def _keep_state(batch: Batch, by: Account | None) -> None:
    """Keeps how far a batch is that has a draft; one that is sent whole needs none any more."""
    if by is None or not batch.draft:
        return
    if batch.sent == len(batch.items):
        desk().drop_draft(by, batch.draft)
        batch.draft = ""
    elif batch.door == "sheet":
        name = next((item.title for item in batch.items if item.title), "")
        batch.draft = desk().draft(by, {"door": "sheet", "batch": batch.kept()}, title=name, id=batch.draft).id


def _looked(batch: Batch) -> AnyResponse:
    _batches().keep(batch)
    return redirect(at(f"/add/looked/{batch.id}"), 303)


# What was read


@pages.get("/add/looked/<id>")
@bounded
def looked(id: str) -> AnyResponse:
    """What was read: how far it is, what is to be mended in which row, what can be sent. Each look goes on a little."""
    by = account()
    batch = _batch(id, by)
    before = batch.sent
    batch.go_on(by, _LOOK)
    if batch.sent > before:
        _keep_state(batch, by)
    if not wants_page():
        return _as_json(batch)
    response = make_response(
        render_template("add/looked.html", batch=batch, by=by, items=[_shown(batch, item, by) for item in batch.items])
    )
    if not batch.is_done:
        # the page asks for itself again, also without scripts
        response.headers["Refresh"] = "0"
    return response


@pages.post("/add/looked/<id>/send")
@needs("partner")
def send(id: str) -> AnyResponse:
    """Sends everything that is in order; the page of the batch says what became of it."""
    by = somebody()
    batch = _batch(id, by)
    batch.is_sending, batch.reason = True, request.form.get("reason", "")[:2_000]
    _keep_state(batch, by)
    return redirect(at(f"/add/looked/{id}"), 303)


@pages.post("/add/looked/<id>/open")
@bounded
def opened(id: str) -> AnyResponse:
    """Opens one practice of a batch in the form, to mend it there."""
    check_origin()
    by = account()
    batch = _batch(id, by)
    number = request.form.get("n", type=int, default=0)
    item = batch.items[number] if 0 <= number < len(batch.items) else batch.items[0]
    if item.bundle is None:
        return redirect(at(f"/add/looked/{id}"), 303)
    return show_values(by, item.bundle.plain(form()), draft_too=has_form_key())


def _shown(batch: Batch, item: Item, by: Account | None) -> dict[str, object]:
    """One practice for the page."""
    found = item.found
    lines = []
    for told in listed(found) if found is not None else ():
        entry, _dot, _field = str(told["name"]).partition(".")
        lines.append({"near": (), **told, "where": _where(item, entry)})
    things: list[Told] = []
    if found is not None and len(batch.items) <= _SHOWN:
        names = desk().names(by or VISITOR).with_more(found.filled.triples)
        things = tell(form(), found.filled.triples, names)
    return {"item": item, "lines": lines, "things": things}


def _where(item: Item, entry: str) -> dict[str, object]:
    if item.bundle is None or entry not in item.bundle.where:
        return {"what": entry_label(form(), entry) if entry else "", "sheet": "", "row": 0}
    sheet, row = item.bundle.where[entry]
    return {"what": entry_label(form(), entry), "sheet": sheet, "row": row}


def _as_json(batch: Batch) -> AnyResponse:
    """How far it is, and what was found; 422 once all is looked through and something is to be mended."""
    told = [
        {
            "title": item.title,
            "fine": item.found.is_fine if item.found is not None else None,
            "errors": [{**one, "where": _where(item, str(one["name"]).partition(".")[0])} for one in listed(item.found)]
            if item.found is not None
            else [],
            "refused": (item.found.refused if item.found is not None else "") or item.refused,
            "number": item.taken.number if item.taken is not None else None,
        }
        for item in batch.items
    ]
    body = {
        "checked": batch.checked,
        "of": len(batch.items),
        "fine": batch.fine,
        "sent": batch.sent,
        "done": batch.is_done,
        "rows_of_no_practice": [{"sheet": sheet, "row": row} for sheet, row in batch.loose],
        "practices": told,
    }
    is_faulty = batch.is_done and batch.fine < len(batch.items)
    return Response(json.dumps(body, ensure_ascii=False), 422 if is_faulty else 200, content_type="application/json")
