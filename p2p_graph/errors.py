"""The whole tree of errors; each has a code, named values and a sentence that says what to do.

P2PError
├── QueryError
│   ├── QuerySyntaxError     the text is not SPARQL; line and column say where
│   ├── QueryRefused         an update, SERVICE, or a graph outside the release
│   ├── UnknownGraph         a graph that this release does not hold
│   ├── QueryTooComplex      longer or more deeply nested than the engine can bear
│   ├── QueryTimeout         past its seconds; the worker is gone
│   ├── QueryCancelled       nobody waits for it any more
│   ├── AnswerTooLarge       more rows or bytes than the limit
│   ├── AnswerTooAlike       nameless nodes that cannot be told apart in reasonable time
│   └── EngineFailed         the engine stopped while it answered
│       └── NoWorkers        no process that answers can be started; value `reason` says why
├── LibraryError
│   ├── UnknownQuery         no saved query of that name
│   ├── UnknownParameter     the saved query has no such parameter
│   └── BadValue             a value of the wrong kind for its parameter
├── UnknownThing             no thing at that address
│   ├── PurgedThing          there was one; it was taken out for good
│   └── WithdrawnThing       there was one; those who contributed it withdrew it
├── CitationError
│   ├── UnknownCitation      no citation of that number
│   ├── DamagedCitation      a kept citation that is not what was written
│   └── CitationsFull        no room for another one
├── LinkError
│   ├── UnknownLink          no short link of that name
│   └── LinksFull            as many short links as there may be
├── ContributionError
│   ├── UnknownSubmission    no submission of that number, or none that this account may see
│   ├── NotAllowed           a step that is not for this account
│   ├── StepRefused          a step that the submission no longer allows
│   ├── FaultyContribution   faults that the sender has to mend
│   └── UploadRefused        a file that is not read, such as a broken or a huge one
├── AccountError
│   ├── LoginRefused         no such name and password
│   ├── AccountLocked        too many wrong passwords
│   ├── SignInNeeded         a page for those who are signed in
│   ├── FormRefused          a form that was not sent from a page of this session
│   ├── InvitationRefused    a link that was used, or is too old
│   └── AccountRefused       a name, password or role that cannot be given
├── LedgerUnavailable        the ledger cannot be opened, read or written
├── NotWritable              a disk that is full, or a folder that may not be written
├── UnknownFormat            no format of that name for this kind of answer
├── StoreUnavailable         a remote endpoint is down, or its answer makes no sense
├── NoRelease                no release in that folder
├── DataError                files of the data or the ontology that cannot be released
├── SettingsError            a setting that cannot be used
└── NotInstalled             an optional package that a method needs is not there
"""

from __future__ import annotations

from p2p_graph.message import Message

__all__ = [
    "AccountError",
    "AccountLocked",
    "AccountRefused",
    "AnswerTooAlike",
    "AnswerTooLarge",
    "BadValue",
    "CitationError",
    "CitationsFull",
    "ContributionError",
    "DamagedCitation",
    "DataError",
    "EngineFailed",
    "FaultyContribution",
    "FormRefused",
    "InvitationRefused",
    "LedgerUnavailable",
    "LibraryError",
    "LinkError",
    "LinksFull",
    "LoginRefused",
    "NoRelease",
    "NoWorkers",
    "NotAllowed",
    "NotInstalled",
    "NotWritable",
    "P2PError",
    "PurgedThing",
    "QueryCancelled",
    "QueryError",
    "QueryRefused",
    "QuerySyntaxError",
    "QueryTimeout",
    "QueryTooComplex",
    "SettingsError",
    "SignInNeeded",
    "StepRefused",
    "StoreUnavailable",
    "UnknownCitation",
    "UnknownFormat",
    "UnknownGraph",
    "UnknownLink",
    "UnknownParameter",
    "UnknownQuery",
    "UnknownSubmission",
    "UnknownThing",
    "UploadRefused",
    "WithdrawnThing",
]


class P2PError(Exception):
    """Any error of this package: `code` for machines, `values` by name, a sentence as its text.

    >>> str(P2PError("It is raining.", place="Porto"))
    'It is raining.'
    >>> P2PError("It is raining.", place="Porto").values
    {'place': 'Porto'}
    """

    code = "error"

    def __init__(self, sentence: str | Message, **values: object) -> None:
        super().__init__(str(sentence))
        #: the sentence before it is in a language
        self.message = sentence if isinstance(sentence, Message) else Message(sentence)
        self.values: dict[str, object] = values

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.message, self.values))


def _rebuild(kind: type[P2PError], sentence: Message, values: dict[str, object]) -> P2PError:
    """Errors cross the pipe between a worker and its parent; their values must survive it."""
    return kind(sentence, **values)


class QueryError(P2PError):
    """A query that was not answered."""

    code = "query"


class QuerySyntaxError(QueryError):
    """The text is not SPARQL; values `line` and `column` count from 1."""

    code = "query-syntax"


class QueryRefused(QueryError):
    """An update, `SERVICE`, or a graph outside the release; value `what` names it."""

    code = "query-refused"


class UnknownGraph(QueryError):
    """A graph that this release does not hold; value `graph`."""

    code = "unknown-graph"


class QueryTooComplex(QueryError):
    """Longer or more deeply nested than the engine can bear; value `limit` says how much is."""

    code = "query-too-complex"


class QueryTimeout(QueryError):
    """Past its limit; value `seconds`."""

    code = "query-timeout"


class QueryCancelled(QueryError):
    """The one who asked has gone; the query was ended, and nobody reads its answer."""

    code = "query-cancelled"


class AnswerTooLarge(QueryError):
    """More than the limit; value `rows` or `bytes`."""

    code = "answer-too-large"


class AnswerTooAlike(QueryError):
    """An answer whose nameless nodes cannot be told apart in reasonable time, so that it has no canonical form."""

    code = "answer-too-alike"


class EngineFailed(QueryError):
    """The engine stopped while it answered; nothing else is lost."""

    code = "engine-failed"


class NoWorkers(EngineFailed):
    """No process that answers queries can be started; value `reason` says why. More are tried, ever more seldom."""

    code = "no-workers"


class LibraryError(P2PError):
    """A saved query that cannot be found or bound."""

    code = "library"


class UnknownQuery(LibraryError):
    """No saved query of that name; value `near` lists similar names."""

    code = "unknown-query"


class UnknownParameter(LibraryError):
    """The saved query has no such parameter; value `parameters` lists those it has."""

    code = "unknown-parameter"


class BadValue(LibraryError):
    """A value of the wrong kind for its parameter; values `parameter`, `kind`, `example`."""

    code = "bad-value"


class UnknownThing(P2PError):
    """No thing at that address; value `address`."""

    code = "unknown-thing"


class PurgedThing(UnknownThing):
    """There was a thing at that address; it was taken out for good. Value `address`."""

    code = "purged"


class WithdrawnThing(UnknownThing):
    """There was a thing at that address; it was withdrawn. Values `address` and `day`."""

    code = "withdrawn"


class CitationError(P2PError):
    """A citation that cannot be kept or found."""

    code = "citation"


class UnknownCitation(CitationError):
    """No citation of that number is kept here; value `citation`."""

    code = "unknown-citation"


class DamagedCitation(CitationError):
    """A kept citation that is not what was written; value `citation`."""

    code = "damaged-citation"


class CitationsFull(CitationError):
    """The folder of citations has no room for another one; value `bytes` is its limit."""

    code = "citations-full"


class LinkError(P2PError):
    """A short link that cannot be kept or found."""

    code = "link"


class UnknownLink(LinkError):
    """No short link of that name is kept here; value `link`."""

    code = "unknown-link"


class LinksFull(LinkError):
    """As many short links are kept as there may be; value `links`."""

    code = "links-full"


class ContributionError(P2PError):
    """Something that cannot be contributed, or a step that cannot be taken."""

    code = "contribution"


class UnknownSubmission(ContributionError):
    """No submission or draft of that number, or none that this account may see; value `number`."""

    code = "unknown-submission"


class NotAllowed(ContributionError):
    """A step that is not for this account; value `role` is that of the account."""

    code = "not-allowed"


class StepRefused(ContributionError):
    """A step that the submission no longer allows, such as a second decision; values `number` and `state`."""

    code = "step-refused"


class FaultyContribution(ContributionError):
    """Faults that the sender has to mend; value `faults` is the tuple of all of them."""

    code = "faulty-contribution"


class UploadRefused(ContributionError):
    """A file that is not read: too large, broken, or of a form that is not taken; value `reason` for machines."""

    code = "upload-refused"


class AccountError(P2PError):
    """Something about an account that cannot be done."""

    code = "account"


class LoginRefused(AccountError):
    """No account of that name and password; which of the two is wrong is not told."""

    code = "login-refused"


class AccountLocked(AccountError):
    """Too many wrong passwords for one name; value `seconds` is how long it stays so."""

    code = "account-locked"


class SignInNeeded(AccountError):
    """Something for those who are signed in, asked for by somebody who is not."""

    code = "sign-in-needed"


class FormRefused(AccountError):
    """A form without the key of the present session, or one that another site sent."""

    code = "form-refused"


class InvitationRefused(AccountError):
    """A link of an invitation or of a new password that was used, or is too old."""

    code = "invitation-refused"


class AccountRefused(AccountError):
    """A name, slug, role or password that cannot be given; value `field` says which."""

    code = "account-refused"


class LedgerUnavailable(P2PError):
    """The ledger cannot be opened, read or written; nothing that was acknowledged is lost."""

    code = "ledger-unavailable"


class NotWritable(P2PError):
    """A disk that is full, or a folder that may not be written; value `path`."""

    code = "not-writable"


class UnknownFormat(P2PError):
    """No format of that name for this kind of answer; value `formats` lists those there are."""

    code = "unknown-format"


class StoreUnavailable(P2PError):
    """A remote endpoint is down, or its answer makes no sense; value `location`."""

    code = "store-unavailable"


class NoRelease(P2PError):
    """No release in that folder; value `folder`."""

    code = "no-release"


class DataError(P2PError):
    """Files that cannot be released; value `faults` is the tuple of all of them."""

    code = "data"


class SettingsError(P2PError):
    """A setting that cannot be used; value `setting`."""

    code = "settings"


class NotInstalled(P2PError):
    """An optional package that a method needs is not there; value `package`."""

    code = "not-installed"
