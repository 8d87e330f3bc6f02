"""Made-up outcomes of any number of participants, the same each time, to draw and to print."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal

from exports.outcome_shapes import (
    ADMISSION,
    DEATH,
    GIVEN,
    HELD,
    NIVOLUMAB,
    NOT_REACHED,
    PROGRESSION,
    RESPONSE,
    About,
    Bar,
    Curve,
    DoseCell,
    Lane,
    Mark,
    Outcomes,
    OutcomeTable,
    Toxicity,
    Track,
)
from forms.derive.kaplan_meier import kaplan_meier

RESPONSES = ("CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE")
CLASSES = (
    "General disorders and administration site conditions", "Vascular disorders",
    "Respiratory, thoracic and mediastinal disorders",
)  # fmt: skip
TERMS = (
    "Hypotension", "Chills", "Fever", "Creatinine increased", "Aspartate aminotransferase increased",
    "Sinus tachycardia", "Nausea", "Vomiting", "Diarrhea", "Platelet count decreased", "Capillary leak syndrome",
    "Delirium", "Palmar-plantar erythrodysesthesia syndrome", "Pruritus", "Anemia",
)  # fmt: skip
REASONS = ("Hypotension", "Neurotoxicity", "Creatinine increased", "Investigator's decision", "Withdrawal of consent")
MOMENT = dt.datetime(2024, 1, 31, 22, 0, tzinfo=dt.UTC)


def code(number: int) -> str:
    """The code of a made-up participant."""
    return f"00{number % 3 + 1}-{number + 1:03}"


def number(chance: random.Random, low: float, high: float) -> Decimal:
    """A number to one decimal."""
    return Decimal(str(round(chance.uniform(low, high), 1)))


def bars(count: int) -> tuple[Bar, ...]:
    """A waterfall, one bar beyond what it draws."""
    chance = random.Random(count)
    found = [Bar(code(n), *_change(chance), chance.random() < 0.8) for n in range(count)]
    return (Bar("001-900", Decimal("312.5"), "PD", True), *found[1:]) if count > 4 else tuple(found)


def _change(chance: random.Random) -> tuple[Decimal, str]:
    change = number(chance, -100, 95)
    if change <= -30:
        return change, "CR" if change < -90 else "PR"
    return change, "PD" if change > 20 else chance.choice(("SD", "SD", "NON-CR/NON-PD", "NE"))


def lanes(count: int) -> tuple[Lane, ...]:
    """A swimmer with every kind of mark."""
    chance = random.Random(count)
    return tuple(_lane(chance, n) for n in range(count))


def _lane(chance: random.Random, n: int) -> Lane:
    weeks, response, is_ongoing = number(chance, 4, 110), chance.choice(RESPONSES), chance.random() < 0.3
    marks = [Mark(Decimal(week), NIVOLUMAB) for week in range(0, min(int(weeks), 60), 2)]
    marks += [Mark(Decimal(week), ADMISSION) for week in (0, 2, 12, 14) if week < weeks]
    if response in ("CR", "PR"):
        marks.append(Mark(min(Decimal(12), weeks), RESPONSE))
    if not is_ongoing:
        marks += [Mark(weeks * Decimal("0.8"), PROGRESSION), Mark(weeks, DEATH)]
    return Lane(code(n), weeks, response, tuple(sorted(marks, key=lambda mark: mark.week)), is_ongoing)


def tracks(count: int) -> tuple[Track, ...]:
    """A spider whose lines end close together."""
    chance = random.Random(count)
    found = []
    for n in range(count):
        drift, level, points = chance.uniform(-25, 20), 0.0, [(Decimal(0), Decimal(0))]
        for scan in range(1, chance.randint(2, 9)):
            level = max(-100.0, level + drift * chance.random() + chance.uniform(-6, 6))
            points.append((number(chance, 12 * scan - 1, 12 * scan + 1), Decimal(str(round(level, 1)))))
        found.append(Track(code(n), chance.choice(RESPONSES), tuple(points)))
    return tuple(found)


def curves(count: int) -> tuple[Curve, ...]:
    """Two curves of one endpoint and one of another."""
    names = (
        "Progression-free survival (FDA censoring), all treated",
        "Progression-free survival (EMA censoring), all treated", "Overall survival, all treated",
    )  # fmt: skip
    return tuple(_curve(name, count, seed) for seed, name in enumerate(names))


def _curve(name: str, count: int, seed: int) -> Curve:
    chance = random.Random(count + seed)
    times = [Decimal(str(round(min(chance.expovariate(1 / (9 + 4 * seed)) + 0.3, 30), 2))) for _ in range(count)]
    events = [chance.random() < 0.7 and time < 30 for time in times]
    return Curve(name, kaplan_meier(times, events), (Decimal("9.0"), Decimal("12.0"), Decimal("15.0")))


def toxicities(count: int) -> tuple[Toxicity, ...]:
    """Three classes of five terms."""
    chance = random.Random(count)
    found = []
    for n, name in enumerate(CLASSES):
        found.append(Toxicity(name, True, _grades(chance, count), count, "", 1 if count > 5 else 0))
        found += [Toxicity(term, False, _grades(chance, count), count, name) for term in TERMS[n * 5 : n * 5 + 5]]
    return tuple(found)


def _grades(chance: random.Random, count: int) -> tuple[int, int, int, int, int]:
    drawn = [chance.choices(range(5), (6, 6, 4, 1.5, 0.2))[0] for _ in range(chance.randint(0, max(count - 1, 0)))]
    one, two, three, four, five = (drawn.count(grade) for grade in range(5))
    return one, two, three, four, five


def doses(count: int) -> tuple[DoseCell, ...]:
    """Two courses of two admissions of fourteen doses each; of 25 participants the first has three."""
    chance = random.Random(count)
    found = []
    for n in range(count):
        courses = (1, 2, 3) if n == 0 and count == 25 else (1, 2)
        for course, admission in ((course, admission) for course in courses for admission in (1, 2)):
            reached = chance.randint(6, 14)
            for slot in range(1, 15):
                is_held = slot <= reached and chance.random() < 0.15
                state = HELD if is_held else GIVEN if slot <= reached else NOT_REACHED
                reason = chance.choice(REASONS) if is_held else ""
                found.append(DoseCell(code(n), course, admission, slot, state, reason))
    return tuple(found)


def outcomes(count: int) -> Outcomes:
    """The outcomes of so many participants; without any, those of a study that has just begun."""
    about = About(
        source="now", name="", moment=MOMENT, cutoff=MOMENT.date(), analysis_set="All treated", participants=count,
        treated=count, in_set=count, tumour_type="", open_queries=21, unlocked=count, seal="12:0123456789abcdef",
        settings=(("confirm_required", "Y"), ("confirm_days", "28")),
    )  # fmt: skip
    listing = tuple((code(n), "SD", Decimal("1.5"), MOMENT.date(), None) for n in range(count))
    table = OutcomeTable(
        "best_response", "Best response", ("Participant", "Best response", "Change %", "Date", "Reason"), listing,
        ("Made up.",),
    )  # fmt: skip
    return Outcomes(
        about, bars(count), lanes(count), tracks(count), curves(count) if count else (),
        toxicities(count) if count else (), doses(count), (table,),
    )  # fmt: skip
