"""An invented river, its seven parties and what was said of it: the words of the example consultation.

The river, the parties and the numbers are made up. The statements are such as are heard in river commissions, each in
the language in which it might have been written.
"""

from __future__ import annotations

from typing import NamedTuple

from comity.record.consultation import Moderation

TITLE = "River Orvane: the next ten-year plan"
QUESTION = (
    "Seven parties share the River Orvane. Their ten-year plan ends next year. What should the next one contain, and "
    "who should decide on it?"
)


class RiverParty(NamedTuple):
    """A party of the example.

    leans: share of its participants in each of the three opinion groups. participants: how many of them vote.
    writes: the languages in which its people write.
    """

    party_id: str
    name: str
    bloc: str
    participants: int
    leans: tuple[float, float, float]
    population: int
    irrigated_hectares: int
    yearly_contribution: int
    writes: tuple[str, ...]


PARTIES = (
    RiverParty(
        "ardosa", "Ardosa", "Headwaters", 62, (0.75, 0.10, 0.15), 4_100_000, 96_000, 5_200_000, ("en", "es")
    ),
    RiverParty(
        "belmere", "Belmere", "Headwaters", 18, (0.30, 0.25, 0.45), 1_250_000, 31_000, 900_000, ("en", "fr")
    ),
    RiverParty(
        "caldrin",
        "Caldrin",
        "Middle reach",
        71,
        (0.70, 0.08, 0.22),
        23_400_000,
        812_000,
        9_800_000,
        ("en", "zh"),
    ),
    RiverParty(
        "dunmarch",
        "Dunmarch",
        "Middle reach",
        34,
        (0.20, 0.25, 0.55),
        6_700_000,
        240_000,
        2_100_000,
        ("en", "ru"),
    ),
    RiverParty(
        "estova",
        "Estova",
        "Middle reach",
        24,
        (0.08, 0.37, 0.55),
        2_900_000,
        118_000,
        1_100_000,
        ("es", "fr"),
    ),
    RiverParty(
        "falkeray", "Falkeray", "Delta", 27, (0.04, 0.86, 0.10), 3_600_000, 154_000, 1_600_000, ("ar", "en")
    ),
    RiverParty("ghillon", "Ghillon", "Delta", 4, (0.00, 0.80, 0.20), 310_000, 12_000, 120_000, ("ar", "fr")),
)


class RiverStatement(NamedTuple):
    """A statement of the example. agree: share of each opinion group that agrees among those who do not pass."""

    text: str
    language: str
    agree: tuple[float, float, float]
    moderation: Moderation = "accepted"


STATEMENTS = (
    RiverStatement(
        "Every party should get the same flood warning at the same hour, whatever it pays into the budget.",
        "en",
        (0.98, 0.97, 0.98),
    ),
    RiverStatement("The Upper Orvane reservoir should be raised by twelve metres.", "en", (0.86, 0.07, 0.35)),
    RiverStatement(
        "Un débit minimal doit être garanti jusqu'au delta, même si les centrales produisent moins.",
        "fr",
        (0.14, 0.95, 0.62),
    ),
    RiverStatement(
        "Water levels and quality at every station should be published daily, in all the commission's languages.",
        "en",
        (0.95, 0.97, 0.96),
    ),
    RiverStatement(
        "Costs should be shared in proportion to income, not to the water used.", "en", (0.18, 0.28, 0.94)
    ),
    RiverStatement(
        "Antes de construir cualquier presa nueva hay que consultar a los pueblos que viven aguas abajo.",
        "es",
        (0.90, 0.98, 0.96),
    ),
    RiverStatement(
        "Irrigation should have a guaranteed share of the water, also in dry years.", "en", (0.88, 0.12, 0.45)
    ),
    RiverStatement(
        "يجب أن تبقى مياه الشرب مقدَّمة على أي استعمال آخر في سنوات الجفاف.", "ar", (0.95, 0.96, 0.96)
    ),
    RiverStatement("No new dam should be built on the main river.", "en", (0.09, 0.90, 0.46)),
    RiverStatement("上游放水之前，至少应提前七十二小时通知下游各方。", "zh", (0.94, 0.98, 0.96)),
    RiverStatement("Decisions should be left to the two largest contributors.", "en", (0.10, 0.03, 0.03)),
    RiverStatement(
        "Данные о паводках и засухах за последние тридцать лет следует открыть для всех.",
        "ru",
        (0.95, 0.97, 0.95),
    ),
    RiverStatement("Villages should have a vote of their own in the commission.", "en", (0.10, 0.28, 0.95)),
    RiverStatement(
        "Fish ladders should be compulsory at every dam within ten years.", "en", (0.44, 0.95, 0.76)
    ),
    RiverStatement(
        "La energía hidroeléctrica es lo mejor que el río puede aportar al clima.", "es", (0.85, 0.14, 0.40)
    ),
    RiverStatement(
        "A party's vote should weigh the same, whatever its population.", "en", (0.20, 0.36, 0.93)
    ),
    RiverStatement("Whoever causes pollution should pay for cleaning it up.", "en", (0.95, 0.97, 0.96)),
    RiverStatement(
        "Судоходный канал следует углубить, чтобы по нему могли ходить более крупные баржи.",
        "ru",
        (0.82, 0.09, 0.30),
    ),
    RiverStatement("Groundwater should be managed together with the river.", "en", (0.60, 0.91, 0.76)),
    RiverStatement(
        "La commission devrait siéger à tour de rôle chez chacune des parties.", "fr", (0.22, 0.32, 0.93)
    ),
    RiverStatement(
        "Wetlands that were drained in the last fifty years should be restored, even where they are farmland now.",
        "en",
        (0.11, 0.86, 0.42),
    ),
    RiverStatement("ينبغي أن يصل إلى الدلتا من الرواسب ما يكفي لحماية شواطئها.", "ar", (0.36, 0.95, 0.70)),
    RiverStatement(
        "Technical experts, not delegates, should set the yearly releases from the reservoirs.",
        "en",
        (0.87, 0.78, 0.07),
    ),
    RiverStatement("应当允许灌区在枯水年份把用水指标转让给城市。", "zh", (0.74, 0.18, 0.24)),
    RiverStatement("Small farms should pay less for water than large ones.", "en", (0.26, 0.38, 0.96)),
    RiverStatement(
        "A joint team should inspect every dam once a year and publish what it finds.",
        "en",
        (0.93, 0.98, 0.96),
    ),
    RiverStatement("The commission should no longer meet in public.", "en", (0.09, 0.03, 0.04)),
    RiverStatement(
        "Sand mining in the riverbed should be forbidden for five years.", "en", (0.34, 0.89, 0.66)
    ),
    RiverStatement(
        "Chaque partie doit pouvoir vérifier elle-même les mesures sur lesquelles reposent les décisions.",
        "fr",
        (0.95, 0.96, 0.97),
    ),
    RiverStatement("New works should be paid for with loans.", "en", (0.72, 0.24, 0.34)),
    RiverStatement("Ferries should be free for people who live on the banks.", "en", (0.34, 0.42, 0.94)),
    RiverStatement("各方应按受益多少分担堤防的维修费用。", "zh", (0.86, 0.76, 0.18)),
    RiverStatement(
        "Schools along the river should share one course about the whole basin.", "en", (0.93, 0.95, 0.95)
    ),
    RiverStatement("تقاسُم منافع النهر أهمّ من تقاسُم مياهه.", "ar", (0.56, 0.50, 0.70)),
    RiverStatement(
        "Ten years is too long for a plan; it should be reviewed every three years.", "en", (0.55, 0.68, 0.72)
    ),
    RiverStatement("Water should have a price everywhere in the basin.", "en", (0.82, 0.74, 0.08)),
    RiverStatement(
        "Спор, который стороны не решили за год, следует передавать арбитру, чьё решение обязательно.",
        "ru",
        (0.40, 0.76, 0.70),
    ),
    RiverStatement(
        "Each party should keep some water in reserve for its neighbours' emergencies.",
        "en",
        (0.68, 0.87, 0.86),
    ),
    RiverStatement(
        "Motor boats should keep away from the banks in the nesting season.", "en", (0.40, 0.91, 0.60)
    ),
    RiverStatement(
        "Los seguros contra inundaciones deberían contratarse en común para toda la cuenca.",
        "es",
        (0.74, 0.72, 0.82),
    ),
    RiverStatement(
        "Household water filters, 20 % off for everybody who votes today: ask us how.",
        "en",
        (0.06, 0.04, 0.06),
        "rejected",
    ),
    RiverStatement(
        "A night train would help the delegates more than another road.", "en", (0.45, 0.60, 0.55), "pending"
    ),
)

APART: dict[tuple[str, str], float] = {
    ("belmere", "The Upper Orvane reservoir should be raised by twelve metres."): -3.0,
    ("caldrin", "A party's vote should weigh the same, whatever its population."): -1.5,
    ("ghillon", "A party's vote should weigh the same, whatever its population."): 2.0,
    ("caldrin", "Decisions should be left to the two largest contributors."): 1.0,
}
"""Where a party's own interest moves its participants, whatever their group: by so much on the logit scale."""
