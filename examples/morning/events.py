"""Invented events, and how different papers tell of them: the same facts, in other words, in another order."""

import random

# Each event has a place and a person of its own, which tell it from others of its kind.
PLACES = [
    begin + end
    for end in "by wick mere ham ford holm stead moor haven dale gate worth thorpe combe ness".split()
    for begin in """Al Bram Carl Dun East Fal Grind Harrow Ilm Jor Kest Lund Marr Nord Ost Pell Quarr Raven Sel Tarn Ulv Var Wend Yarr
        Zell Ash Birk Cray Dorn Elm""".split()
]
PEOPLE = [
    f"{first} {last}"
    for last in """Merrow Holt Voss Sand Lind Ross Moor Brandt Falk Reed Stone Beck Quist Hale Thorn Dahl Winter Marsh Frost""".split()
    for first in "Ada Bram Clara Dirk Edda Finn Greta Hugo Ina Jonas Kira Lars Mara Nils Olga Per Rosa Sven Tilda Uwe Vera Wim Ylva Zora".split()
]

# Section, headlines, facts (each told in one of several ways), and what is known a day later.
KINDS = [
    ("Region", ["{place} bridge is closed after cracks are found", "Cracks shut the old bridge at {place}"],
     [("The road bridge at {place} was closed on {day} after inspectors found {n} cracks in its deck.",
       "Inspectors found {n} cracks in the deck of the bridge at {place}, and closed it on {day}."),
      ("{person}, who leads the office for roads, said that the repair will take {m} weeks.",
       "The repair will take {m} weeks, said {person}, the head of the office for roads."),
      ("Lorries have to drive a detour of {k} kilometres through the valley.",
       "For lorries the detour through the valley is {k} kilometres long."),
      ("The bridge was built in 19{y} and carries {h} hundred cars an hour in the morning.",
       "In the morning {h} hundred cars an hour cross the bridge, which dates from 19{y}.")],
     "Engineers opened one lane of the bridge at {place} again after {h} steel plates had been put in place."),
    ("Region", ["Council of {place} votes for a tram", "{place} gets a tram after a long night in the council"],
     [("The council of {place} voted on {day} for a tram line with {n} stops.",
       "A tram line with {n} stops will be built in {place}, as the council decided on {day}."),
      ("The line costs {m} million crowns, of which the region pays a third.",
       "Of the {m} million crowns that the line costs, a third comes from the region."),
      ("{person} of the opposition called the plan a gift to the builders of concrete.",
       "To {person}, who speaks for the opposition, the plan is a gift to the concrete industry."),
      ("The first trams are to run in {k} months, from the station to the hospital.",
       "In {k} months the first trams shall run between the station and the hospital.")],
     "A group of shopkeepers in {place} handed in {h} hundred signatures against the route of the tram."),
    ("Science", ["Old map of {place} shows a lost island", "A lost island off {place} stands on a map from 16{y}"],
     [("Historians found an island off {place} on a sea chart drawn in 16{y}.",
       "On a sea chart of 16{y} historians found an island off {place} that nobody knows today."),
      ("{person} compared the chart with {h} soundings of the sea floor.",
       "The chart was compared with {h} soundings of the sea floor by {person}."),
      ("The island must have been {k} hectares large and went under in a storm flood.",
       "A storm flood took the island, which had an area of {k} hectares."),
      ("Divers will look for the church of the island in {m} weeks.",
       "In {m} weeks divers are going to search for its church.")],
     "Divers off {place} brought up a bell of bronze that weighs {n} kilograms."),
    ("Science", ["Seals return to {place} in numbers never counted before", "Most seals ever are counted at {place}"],
     [("Rangers counted {n} hundred seals on the sandbanks at {place} on {day}.",
       "On the sandbanks at {place} {n} hundred seals were counted on {day}."),
      ("That is {m} percent more than a year ago, wrote {person} in the report.",
       "{person} wrote in the report that this is {m} percent more than last year."),
      ("The animals profit from a ban on nets within {k} miles of the coast.",
       "A ban on nets within {k} miles of the coast has helped the animals."),
      ("Every {h}th pup carries a small transmitter that tells where it dives.",
       "Where the pups dive is told by transmitters that every {h}th of them carries.")],
     "A pup from {place} with a transmitter was seen {k} miles away, at the other end of the bay."),
    ("Business", ["Shipyard at {place} builds ferries that run on wind", "{place} shipyard wins an order for sailing ferries"],
     [("The shipyard at {place} won an order for {k} ferries with sails on {day}.",
       "An order for {k} ferries with sails went to the shipyard at {place} on {day}."),
      ("{n} people will be hired for it, said its director {person}.",
       "Its director {person} said that {n} people will be hired."),
      ("A ferry of this kind needs {m} percent less fuel than one with engines alone.",
       "Compared with engines alone, such a ferry saves {m} percent of the fuel."),
      ("The first one is to cross the sound in {h} months.",
       "In {h} months the first of them is to cross the sound.")],
     "The bank of {place} lends the shipyard {m} million crowns for the ferries with sails."),
    ("Business", ["Mill of {place} closes after two centuries", "After two centuries the mill at {place} gives up"],
     [("The paper mill at {place} will close in {k} weeks, its owners said on {day}.",
       "On {day} the owners said that the paper mill at {place} closes in {k} weeks."),
      ("{n} workers lose their jobs, and {h} apprentices a place to learn.",
       "For {n} workers and {h} apprentices there is no work any more."),
      ("{person} of the union asked the state to keep the power station of the mill.",
       "The union, led by {person}, wants the state to keep the mill's power station."),
      ("Energy had become {m} percent dearer within two years.",
       "Within two years the price of energy had risen by {m} percent.")],
     "A cooperative of {h} former workers wants to take over the paper mill at {place}."),
    ("Culture", ["Organ of {place} sounds again", "The organ in {place} is back after years of silence"],
     [("The organ of the minster at {place} was heard again on {day} after {k} years.",
       "After {k} years of silence the organ of the minster at {place} was played on {day}."),
      ("{person} had taken {n} hundred pipes apart and cleaned each by hand.",
       "Each of its {n} hundred pipes was cleaned by hand by {person}."),
      ("The repair cost {m} thousand crowns, and most of them were given by listeners.",
       "Listeners gave most of the {m} thousand crowns that the repair cost."),
      ("A festival of {h} concerts begins in the autumn.",
       "In the autumn a festival begins, with {h} concerts.")],
     "Because {n} people stood outside, the concert in the minster of {place} is played a second time."),
    ("Culture", ["A novel about {place} wins the prize of the coast", "Prize of the coast goes to a novel from {place}"],
     [("{person} won the prize of the coast on {day} for a novel about the harbour of {place}.",
       "For a novel about the harbour of {place} the prize of the coast went to {person} on {day}."),
      ("The jury had read {n} books and praised a language without a word too many.",
       "A language without a word too many was praised by the jury, which had read {n} books."),
      ("The book tells of {h} sisters who keep a lighthouse through one winter.",
       "It is the story of {h} sisters and their winter in a lighthouse."),
      ("It has been printed {m} thousand times since the spring.",
       "Since the spring {m} thousand copies have been printed.")],
     "The novel about the harbour of {place} is to be filmed, with {person} as the elder sister."),
]

DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()


class Event:
    """Something that happened on one day, and the papers that tell of it."""

    def __init__(self, number, day, weekday, papers):
        self.draw = random.Random(f"event {number}")
        self.number, self.day = number, day
        self.section, self.headlines, self.facts, self.later = KINDS[number % len(KINDS)]
        self.slots = {
            "place": PLACES[number * 7 % len(PLACES)], "person": PEOPLE[number * 5 % len(PEOPLE)], "day": DAYS[weekday],
            # No number comes twice within a month, so that no sentence does by chance.
            "n": 21 + number, "m": 1000 - number, "k": 1001 + number, "h": 2000 - number, "y": 10 + number % 90,
        }
        self.papers = self.draw.sample(papers, self.draw.choice([1, 1, 1, 2, 2, 3, 4]))
        self.goes_on = self.draw.random() < 0.2

    def tell(self, paper, is_update):
        """(headline, paragraphs) as `paper` has them."""
        draw = random.Random(f"{self.number} {paper}")
        facts = [draw.choice(fact).format(**self.slots) for fact in self.facts]
        rest = facts[1:]
        draw.shuffle(rest)
        headline = draw.choice(self.headlines).format(**self.slots)
        if is_update:
            return f"Update: {headline}", [self.later.format(**self.slots), facts[0], rest[0]]
        return headline, [facts[0], *rest]
