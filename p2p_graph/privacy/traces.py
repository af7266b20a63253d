"""What in a text leads to a person without naming one: numbers, accounts, exact places, dates of birth, few people.

Each kind has one pattern or a few, for the ways in which the eight countries write it. Where a pattern alone would
alarm too often, a word must stand nearby that says what the number is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import phonenumbers

__all__ = ["Traces"]

Match = tuple[str, int, int]

#: the countries whose way of writing a telephone number without its prefix is known
REGIONS: Final = ("PT", "GR", "PL", "LT", "BE", "FR", "NL", "HU")

_AT: Final = r"(?:@|\(at\)|\[at\]|\{at\}|\s+at\s+(?=[\w-]{2,}\s*(?:\.|\(dot\)|\[dot\]|\s+dot\s+)\s*[a-z]{2,}\b(?!/)))"
_DOT: Final = r"(?:\.|\s?\(dot\)\s?|\s?\[dot\]\s?|\s+dot\s+)"
_EMAIL: Final = re.compile(rf"[\w.+-]+\s?{_AT}\s?[\w-]+(?:{_DOT}[\w-]{{2,}})+", re.IGNORECASE)
_HANDLE: Final = re.compile(r"(?<![\w@./])@[A-Za-z0-9_][A-Za-z0-9_.]{2,30}\b")
_MESSENGER: Final = re.compile(
    r"\b(?:telegram|whats\s?app|signal|wickr|snapchat|instagram|insta|messenger|discord|threema|viber"
    r"|tik\s?tok|kik|session)"
    r"\b(?:\s+(?:id|handle|user(?:name)?|account|name|nick(?:name)?|as|under|conta|λογαριασμός|konto"
    r"|paskyra|compte|fiók))*"
    r"(?:\s*[:=]\s*|\s+(?:as|under|jako|como|als|sous|ως)\s+|\s+)"
    r"[\"'“„«]?(?P<nick>(?:[a-z]+[0-9_.]+[a-z0-9_.]*|[0-9]{4,}))",
    re.IGNORECASE,
)
#: pages of persons, invitations and places on hosts where they live; a site of an organisation is no such page
_PROFILE: Final = re.compile(
    r"(?<![\w.-])(?:https?://)?(?:www\.|m\.|mobile\.|[a-z]{2}(?:-[a-z]{2})?\.)?(?:"
    r"t\.me/|telegram\.me/|wa\.me/|api\.whatsapp\.com/|chat\.whatsapp\.com/|signal\.me/|signal\.group/|discord\.gg/"
    r"|discord\.com/(?:users|invite)/|linkedin\.com/in/|facebook\.com/profile\.php"
    r"|fb\.com/profile\.php|snapchat\.com/add/"
    r"|instagram\.com/[\w.]+|tiktok\.com/@|(?:x|twitter)\.com/\w+|onlyfans\.com/|reddit\.com/u(?:ser)?/|vk\.com/"
    r"|orcid\.org/|viaf\.org/|paypal\.me/|revolut\.me/|buymeacoffee\.com/|gofundme\.com/|findagrave\.com/"
    r"|maps\.app\.goo\.gl/|goo\.gl/maps/|maps\.google\.[\w.]+/|google\.[\w.]+/maps"
    r"|openstreetmap\.org/[?#]\S*(?:lat|map)="
    r"|what3words\.com/|w3w\.co/|waze\.com/ul)\S*"
    r"|\b[a-z2-7]{16}(?:[a-z2-7]{40})?\.onion\b|\b(?:mailto|tel|sms|geo|xmpp|skype|sip):\S+",
    re.IGNORECASE,
)
_IBAN: Final = re.compile(r"\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,4})?\b")
_WALLET: Final = re.compile(
    r"\b(?:bc1[a-z0-9]{25,60}|0x[0-9a-fA-F]{40}|[13][1-9A-HJ-NP-Za-km-z]{26,34}|4[0-9AB][1-9A-HJ-NP-Za-km-z]{93})\b"
)
_ELEVEN: Final = re.compile(r"(?<![\w/.-])\d{11}(?![\w/-]|\.\d)")
_IDENTITY: Final = re.compile(
    r"\b(?:NIF|BSN|AMKA|ΑΜΚΑ|ΑΦΜ|AFM|PESEL|TAJ|NIR|INSEE|asmens kodas|rijksregisternummer|passport"
    r"|passaporte|διαβατήριο"
    r"|ΑΔΤ|dowód|paszport|paspoort|útlevél|személyi|ID card|national number|social security)\b[^\d\n]{0,24}"
    r"[A-ZΑ-Ω]{0,3} ?\d(?:[ ./-]?\d){5,14}",
    re.IGNORECASE,
)
_PLATE: Final = re.compile(
    r"(?<![\w-])(?:[A-Z]{2}-\d{3}-[A-Z]{2}|\d{2}-[A-Z]{2}-\d{2}|[A-Z]{2}-\d{2}-[A-Z]{2}|\d{2}-\d{2}-[A-Z]{2}"
    r"|[A-Z]{2}-\d{2}-\d{2}|[12]-[A-Z]{3}-\d{3}|\d{1,2}-[A-Z]{2,3}-\d{1,2}|[A-Z]{1,2}-\d{3}-[A-Z]{1,2}"
    r"|[A-Z]{2} ?[A-Z]{2}-\d{3})(?![\w-])"
)
_PLATE_WORD: Final = re.compile(
    r"\b(?:licen[cs]e|number|registration)[ -]?plates?|\bplates?\b|\b(?:car|van|bus|vehicle|carrinha"
    r"|carro|matrícula|placa"
    r"|πινακίδα|αυτοκίνητο|βαν|rejestrac\w+|tablic\w+|samoch\w+|furgon\w*|numeri\w+|automobil\w+"
    r"|kenteken|nummerplaat|auto|busje"
    r"|immatricul\w+|plaque|voiture|camionnette|rendszám\w*|kocsi\w*|autó\w*)\b",
    re.IGNORECASE,
)
_PLATE_LIKE: Final = re.compile(r"(?<![\w-])[A-ZΑ-Ω]{2,3}[ -]?\d{3,5}[A-Z]{0,2}(?![\w-])")
_DECIMAL_DEGREES: Final = re.compile(
    r"(?<![\d.])[-−+]?\d{1,2}[.,]\d{3,}°?\s*[NSΒΝ]?\s*[,;/ ]\s*[-−+]?\d{1,3}[.,]\d{3,}°?\s*[EWΑΔO]?(?!\d|\.\d)"
)
_DEGREES: Final = re.compile(
    r"\d{1,2}\s?°\s?\d{1,2}(?:[.,]\d+)?\s?['′’](?:\s?\d{1,2}(?:[.,]\d+)?\s?[\"″”]|\s?'')?\s?[NSEWΒΝΑΔO]?"
)
_PLUS_CODE: Final = re.compile(r"\b[23456789CFGHJMPQRVWX]{4,8}\+[23456789CFGHJMPQRVWX]{2,3}\b")
_THREE_WORDS: Final = re.compile(r"///[^\W\d_]+\.[^\W\d_]+\.[^\W\d_]+")
_NUMBER: Final = r"(?:n\.?º|nº|no\.?|nr\.?|n°)?\s?\d{1,4}\s?[A-Za-z]?(?![\d%.,]*\d|\s?%)"
_NAME: Final = r"(?:[^\W\d_][\w.’'-]*\s){0,4}[^\W\d_][\w.’'-]*"
_STREET: Final = re.compile(
    r"\b(?:(?:Rua|Avenida|Av\.|Travessa|Praceta|Largo|Praça|Calçada|Beco|Estrada|Alameda)\s"
    + _NAME
    + r",?\s"
    + _NUMBER
    + r"|(?:οδ(?:ός|ού|ό)|λεωφ(?:όρος|όρου|\.)|πλατεία)\s"
    + _NAME
    + r",?\s(?:αρ\.\s?)?\d{1,3}(?![\d%.,]*\d)"
    + r"|(?:ul\.|ulic[aęyi]|al\.|aleja|alei|plac|pl\.|os\.)\s"
    + _NAME
    + r"\s\d{1,3}[a-z]?(?:[/m ]{1,3}\d{1,3})?(?![\d%.,]*\d)"
    + r"|[^\W\d_]{3,}\s(?:g\.|gatv[ėe]s?|gatvėje|pr\.|al\.)\s?\d{1,3}[A-Za-z]?(?:-\d{1,3})?(?![\d%.,]*\d)"
    + r"|[A-Z]\w{2,}(?:straat|laan|weg|plein|gracht|kade|dijk|steeg|singel)\s\d{1,4}\s?[a-zA-Z]?(?![\d%.,]*\d)"
    + r"|\d{1,4}\s?(?:bis|ter)?,?\s(?:rue|avenue|boulevard|bd|allée|impasse|quai|chaussée"
    r"|cours)\s(?:[^\W\d_][\w’'-]*\s?){1,5}"
    + r"|(?:rue|avenue|boulevard|chaussée)\s"
    + _NAME
    + r",?\s"
    + _NUMBER
    + r"|[A-ZÁÉÍÓÖŐÚÜŰ]\w{2,}(?:\s[A-ZÁÉÍÓÖŐÚÜŰ]\w+)?\s(?:utca|u\.|út|útja|tér|köz|körút|krt\."
    r"|sétány)\s?\d{1,4}(?:[./]\s?[A-Za-z\d]{0,4})?(?![\d%,]*\d)"
    + r"|\d{1,4}[A-Za-z]?\s(?:[A-Z]\w+\s){1,3}(?:Street|Road|Avenue|Lane|Square|Alley|Terrace|Drive)\b"
    + r"|\b(?:[A-Z]\w+\s){1,3}(?:Street|Road|Lane)\s\d{1,3}\b)",
    re.UNICODE,
)
_MEETING: Final = re.compile(
    r"\b(?:flat|apartment|apt\.?|staircase|room|door|doorbell|intercom|squat)\s(?:no\.?\s|nr\.?\s"
    r"|number\s)?\d{1,4}[A-Za-z]?\b"
    r"|\b(?:mieszkani[ea]|m\.|lokal)\s?\d{1,3}\b|\b\d{1,2}\.?\sem(?:elet)?\.?\s?\d{1,3}|\bandar\s\d"
    r"|\b\d{1,2}º\s?(?:esq|dto|dir)",
    re.IGNORECASE,
)
_DATE: Final = (
    r"(?:\d{1,2}[./-]\s?\d{1,2}[./-]\s?(?:19|20)?\d{2}|(?:19|20)\d{2}[./-]\s?\d{1,2}[./-]\s?\d{1,2}\.?"
    r"|(?:19|20)\d{2}\.?\s[^\W\d_]{3,12}\s\d{1,2}\.?|\d{1,2}(?:st|nd|rd|th|º|er|η|ης)?\.?(?:\sde"
    r"|\sof)?\s[^\W\d_]{3,12}\.?,?(?:\sde)?\s(?:19|20)\d{2}"
    r"|[A-Z][a-z]{2,8}\s\d{1,2},?\s(?:19|20)\d{2})"
)
_BIRTH: Final = re.compile(
    r"(?:\bborn\b|\bdate of birth\b|\bd\.?o\.?b\.?\b|\bbirthday\b|\bnascid[oa]s?\b"
    r"|\bdata de nascimento\b|\bnasceu\b|γεννήθηκε|γεννημέν\w+"
    r"|ημερομηνία γέννησης|\bur\.|\burodzon\w*|\burodził\w*|\bdata urodzenia\b|\bgim\.|\bgim[ėe]\b"
    r"|\bgimus\w*|\bgimimo data\b|\bgeboren\b"
    r"|\bgeboortedatum\b|\bgeb\.|\bné(?:e)?\b|\bdate de naissance\b|\bszületett\b|\bszületési (?:dátum"
    r"|idő)\w*|\bszül\.)"
    r"(?:[^\d\n]{0,24}(?P<date>"
    + _DATE
    + r")|\W{0,3}(?:in|em|no ano de|w|le|το|en|m\.|r\.|roku)?\W{0,3}(?P<year>(?:19[3-9]|20[01])\d\b)"
    r"(?!\s?(?:to|and|until|[-–—/]|a|e|i|ir|et|en|és|και)\s?(?:19|20)\d))",
    re.IGNORECASE,
)
_YEAR_OF_BIRTH: Final = re.compile(
    r"\b(?:year of birth|ano de nascimento|έτος γέννησης|rok urodzenia|gimimo metai|geboortejaar|année de naissance"
    r"|születési év\w*|aged? of birth)\b\W{0,3}(?:19|20)\d{2}",
    re.IGNORECASE,
)
_AGE: Final = re.compile(
    r"\b\d{2}[- ]year[- ]old\b|\baged (?:just |only )?\d{2}\b(?!\s?(?:[-–—]|to|and|or|years? (?:and"
    r"|or)))|\bde \d{2} anos\b"
    r"|\bâgée? de \d{2} ans\b|\b\d{2}[- ]?jarige\b|\b\d{2}[- ]?letni\w?\b|\b\d{2}[- ]?metis\b|\b\d{2}[- ]?metė\b"
    r"|\b\d{2}[- ]?éves\b|\b\d{2}[- ]?χρον(?:ος|η|ου|ης)\b|\bετών \d{2}\b",
    re.IGNORECASE,
)
_PLURAL_AFTER_AGE: Final = re.compile(
    r"[- ]?(?:olds|people|organisation|network|law|programme|association|s\b)", re.IGNORECASE
)


@dataclass(frozen=True)
class Traces:
    """The patterns, with the words of the policy that say who is few.

    >>> traces = Traces(frozenset({"two", "2"}), frozenset({"only"}), frozenset({"dealers", "dealer"}))
    >>> [(kind, text) for kind, _, text in traces.found("Two dealers, born 3 May 1980, at 912 345 678.")]
    [('small group', 'Two dealers'), ('date of birth', 'born 3 May 1980'), ('telephone number', '912 345 678')]
    """

    few: frozenset[str]
    lone: frozenset[str]
    people: frozenset[str]
    #: the same in several words
    phrases: frozenset[str] = frozenset()

    def found(self, text: str) -> list[tuple[str, int, str]]:
        """Kind, position and wording of each trace in a text as it is seen, in the order of the text."""
        spans = [span for search in (*_SEARCHES, self._few_people) for span in search(text)]
        kept: list[Match] = []
        for kind, start, end in sorted(spans, key=lambda span: (span[1], -span[2])):
            if not kept or start >= kept[-1][2]:
                kept.append((kind, start, end))
        return [(kind, start, text[start:end]) for kind, start, end in kept]

    def _few_people(self, text: str) -> Iterator[Match]:
        for found in self._small.finditer(text):
            yield "small group", found.start(), found.end()

    @cached_property
    def _small(self) -> re.Pattern[str]:
        few, lone, people, phrases = map(_either, (self.few, self.lone, self.people, self.phrases))
        number = rf"(?<![\d.,–-])(?<!\d )(?<!to )(?<!than )(?<!least )\b(?:{few})"
        return re.compile(rf"(?:{number}|\b(?:{lone}))\s(?:(?:[^\W\d_]+[ -])?(?:{people})|{phrases})\b", re.IGNORECASE)


def _either(words: frozenset[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word))) or r"(?!)"


def _plain(kind: str, pattern: re.Pattern[str]) -> Callable[[str], Iterator[Match]]:
    def search(text: str) -> Iterator[Match]:
        for found in pattern.finditer(text):
            yield kind, found.start(), found.end()

    return search


_INTERNATIONAL: Final = re.compile(r"(?<![\w/.-])(?:\+|00)\d(?:[ ./()-]{0,3}\d){7,13}(?![\w/])")
_CANDIDATE: Final = re.compile(r"(?<![\w/.,:–-])\(?0?\d(?:[ ./()-]{0,2}\d){7,13}(?![\w/]|[.,]\d)")
#: the number of a law or paper: 183/2001, 25132/4/4/16
_ACT: Final = re.compile(r"\d{1,6}/(?:\d{1,2}/)*(?:(?:19|20)\d\d|\d\d)$")
_CALL: Final = re.compile(
    r"\b(?:tel|phone|telephone|call|mobile|cell|sms|text|whatsapp|signal|viber|telem[óo]vel|telefone"
    r"|ligar|τηλ|τηλέφωνο|κινητό|telefon\w*"
    r"|kom|komórk\w+|numer|skambin\w+|mob|bel|bellen|telefoon|gsm|appeler|tél|téléphone|portable|hívj\w*|mobil\w*)\b"
    r"[^\d\n+]{0,20}(\+?\d(?:[ ./()-]{0,2}\d){5,13})(?![\w/])",
    re.IGNORECASE,
)


def _telephones(text: str) -> Iterator[Match]:
    for pattern, group in ((_INTERNATIONAL, 0), (_CALL, 1)):
        for found in pattern.finditer(text):
            if not (_is_year_or_time(found[group]) or _ACT.search(found[group])):
                yield "telephone number", found.start(group), found.end(group)
    for found in _CANDIDATE.finditer(text):
        if _is_telephone(found[0]):
            yield "telephone number", found.start(), found.end()


def _is_year_or_time(digits: str) -> bool:
    return bool(re.fullmatch(r"(?:19|20)\d\d(?:\D{1,3}(?:19|20)\d\d)*", digits.strip()))


def _is_telephone(digits: str) -> bool:
    """Whether one of the countries has such a number; thousands parted by spaces look different."""
    thousands = re.fullmatch(r"[1-9]\d{0,1}(?: \d{3})+|[1-9]\d\d(?: \d{3})*(?: \d00)", digits)
    if thousands or _is_year_or_time(digits) or _ACT.search(digits):
        return False
    for region in REGIONS:
        try:
            number = phonenumbers.parse(digits, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number_for_region(number, region):
            return True
    return False


def _accounts(text: str) -> Iterator[Match]:
    for found in _IBAN.finditer(text):
        bare = re.sub(r"[ -]", "", found[0])
        number = "".join(str(int(sign, 36)) for sign in bare[4:] + bare[:4])
        if int(number) % 97 == 1:
            yield "bank account", found.start(), found.end()
    for found in _WALLET.finditer(text):
        yield "bank account", found.start(), found.end()


def _identities(text: str) -> Iterator[Match]:
    for found in _ELEVEN.finditer(text):
        if _is_identity(found[0]):
            yield "identity number", found.start(), found.end()
    for found in _IDENTITY.finditer(text):
        yield "identity number", found.start(), found.end()


def _is_identity(digits: str) -> bool:
    """Whether eleven digits are the number of a person in Poland, Lithuania, Belgium or Greece, by their check sums."""
    d = [int(sign) for sign in digits]
    polish = (10 - sum(a * b for a, b in zip(d, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3), strict=False)) % 10) % 10 == d[10]
    first = sum(a * b for a, b in zip(d, (1, 2, 3, 4, 5, 6, 7, 8, 9, 1), strict=False)) % 11
    second = sum(a * b for a, b in zip(d, (3, 4, 5, 6, 7, 8, 9, 1, 2, 3), strict=False)) % 11
    lithuanian = d[10] == (first if first < 10 else second % 10 if second < 10 else 0)
    belgian = any(97 - int(start + digits[:9]) % 97 == int(digits[9:]) for start in ("", "2"))
    doubled = [a if i % 2 else (2 * a - 9 if a > 4 else 2 * a) for i, a in enumerate(reversed(d), 1)]
    greek = sum(doubled) % 10 == 0
    month, day = (int(digits[i : i + 2]) for i in (2, 4))
    dated = (
        (month % 20 in range(1, 13) and day in range(1, 32)) or int(digits[:2]) in range(1, 32) or d[0] in (3, 4, 5, 6)
    )
    return dated and (polish or lithuanian or belgian or greek)


def _plates(text: str) -> Iterator[Match]:
    for found in _PLATE.finditer(text):
        yield "number plate", found.start(), found.end()
    words = [word.end() for word in _PLATE_WORD.finditer(text)]
    for found in _PLATE_LIKE.finditer(text):
        if any(0 <= found.start() - end <= 40 for end in words):
            yield "number plate", found.start(), found.end()


def _births(text: str) -> Iterator[Match]:
    for found in _BIRTH.finditer(text):
        if found["year"] is None or _is_person_year(found):
            yield "date of birth", found.start(), found.end()
    for found in _YEAR_OF_BIRTH.finditer(text):
        yield "date of birth", found.start(), found.end()
    for found in _AGE.finditer(text):
        if not _PLURAL_AFTER_AGE.match(text, found.end()):
            yield "age of one person", found.start(), found.end()


def _is_person_year(found: re.Match[str]) -> bool:
    """A service may be "born in 2009"; who was born before 1995 is a person."""
    return int(found["year"]) < 1995


_SEARCHES: Final[tuple[Callable[[str], Iterator[Match]], ...]] = (
    _plain("e-mail address", _EMAIL),
    _plain("link to a person", _PROFILE),
    _telephones,
    _plain("handle", _HANDLE),
    _plain("handle", _MESSENGER),
    _accounts,
    _identities,
    _plates,
    _plain("exact place", _DECIMAL_DEGREES),
    _plain("exact place", _DEGREES),
    _plain("exact place", _PLUS_CODE),
    _plain("exact place", _THREE_WORDS),
    _plain("exact place", _STREET),
    _plain("exact place", _MEETING),
    _births,
)
