"""Simple questions with a one-word answer and the same answer as a sentence, shared by the memory and persona families."""
from random import Random
from typing import NamedTuple

from .chat_wording import capital, entries


class Simple(NamedTuple):
    """A question, its answer in one word (capitalized), and its answer in a sentence."""
    ask: str
    word: str
    sentence: str
    is_yes_no: bool = False


class Table(NamedTuple):
    """Questions of one shape: rows "x => y" put into phrasings, and into the sentence that answers."""
    asks: tuple[str, ...]
    held: tuple[str, ...]
    sentence: str
    rows: tuple[str, ...]


def table(asks: str, held: str, sentence: str, rows: str) -> Table:
    return Table(entries(asks), entries(held), sentence, entries(rows, ","))


TABLES = (
    table(
        """What is the capital of {x}? | Which city is the capital of {x}? | What's the capital of {x}? |
            Tell me the capital of {x}. | The capital of {x}? | Do you know the capital of {x}?""",
        """Which place does {x} have as its capital? | {x} is governed from which city? |
            Thinking of {x}, where does its government sit?""",
        "The capital of {x} is {y}.",
        """France => Paris, Germany => Berlin, Spain => Madrid, Italy => Rome, Austria => Vienna, Norway => Oslo, Japan =>
            Tokyo, Egypt => Cairo, Peru => Lima, Canada => Ottawa, Ireland => Dublin, Portugal => Lisbon, Poland =>
            Warsaw, Greece => Athens, Sweden => Stockholm, Finland => Helsinki, Hungary => Budapest, Kenya => Nairobi,
            Cuba => Havana, China => Beijing, England => London, Russia => Moscow, Denmark => Copenhagen, Belgium =>
            Brussels, Thailand => Bangkok, Ukraine => Kyiv, Turkey => Ankara, Ghana => Accra, Vietnam => Hanoi"""),
    table(
        """What is the opposite of {x}? | What's the opposite of {x}? | Tell me the opposite of {x}. |
            Which word is the opposite of {x}? | The opposite of {x}? | Give me the opposite of {x}.""",
        """Name a word that means the contrary of {x}. | If it is not {x}, what is it? |
            Which word has the reverse meaning of {x}?""",
        "The opposite of {x} is {y}.",
        """hot => cold, big => small, tall => short, up => down, day => night, happy => sad, fast => slow, old => new,
            young => old, open => closed, wet => dry, light => dark, hard => soft, left => right, early => late, full =>
            empty, rich => poor, strong => weak, clean => dirty, good => bad, loud => quiet, first => last, black =>
            white, win => lose, high => low, near => far, thick => thin, begin => end, love => hate, inside => outside"""),
    table(
        """What color is {x}? | Which color does {x} have? | Tell me the color of {x}. | What is the color of {x}? |
            The color of {x}?""",
        "Name the color that {x} has. | How would you paint {x}? | When I look at {x}, which color do I see?", "{x} is {y}.",
        """the sky => blue, grass => green, snow => white, a banana => yellow, blood => red, milk => white, coal => black,
            a lemon => yellow, a tomato => red, a strawberry => red, a leaf => green, chocolate => brown, a flamingo =>
            pink, a frog => green, an eggplant => purple, a carrot => orange, salt => white, the Sun => yellow, a polar
            bear => white, a fire truck => red, a pumpkin => orange, a crow => black, an elephant => gray, a cucumber =>
            green"""),
    table(
        """What sound does a {x} make? | What does a {x} say? | Which sound does a {x} make? |
            Tell me the sound of a {x}. | How does a {x} go?""",
        "Which noise comes from a {x}? | Imitate a {x}. | If I meet a {x}, what will I hear?", "A {x} says {y}.",
        """cow => moo, dog => woof, cat => meow, duck => quack, sheep => baa, pig => oink, lion => roar, bee => buzz,
            horse => neigh, mouse => squeak, snake => hiss, bird => tweet"""),
    table(
        """What is a young {x} called? | What do you call a young {x}? | What is a baby {x} called? |
            How is a young {x} called? | Tell me what a young {x} is called.""",
        """Which word do we use for the child of a {x}? | The little one of a {x} is a what? |
            A newborn {x} goes by which name?""",
        "A young {x} is called a {y}.",
        """dog => puppy, cat => kitten, cow => calf, sheep => lamb, horse => foal, pig => piglet, bear => cub, frog =>
            tadpole, duck => duckling, goat => kid, swan => cygnet, deer => fawn"""),
    table(
        """What is the plural of {x}? | Tell me the plural of {x}. | What's the plural of {x}? | The plural of {x}? |
            Which word is the plural of {x}?""",
        "One {x}, two what? | How do I write more than one {x}? | If there are many, {x} becomes what?",
        "The plural of {x} is {y}.",
        """mouse => mice, child => children, man => men, foot => feet, tooth => teeth, goose => geese, woman => women,
            leaf => leaves, cat => cats, book => books, city => cities, box => boxes"""),
    table(
        """What is the past tense of {x}? | Tell me the past tense of {x}. | What's the past tense of {x}? |
            The past tense of {x}?""",
        "Today I {x}, and yesterday I what? | Put the verb {x} into the past. | Which past form belongs to {x}?",
        "The past tense of {x} is {y}.",
        """go => went, see => saw, eat => ate, run => ran, write => wrote, take => took, sing => sang, buy => bought,
            think => thought, give => gave, swim => swam, drink => drank"""),
    table("What comes after {x}? | What follows {x}? | Tell me what comes after {x}. | Which one comes after {x}?",
        "Who is next in line when {x} is over? | Immediately behind {x} is what? | When {x} is past, what do we get?",
        "After {x} comes {y}.",
        """Monday => Tuesday, Tuesday => Wednesday, Wednesday => Thursday, Thursday => Friday, Friday => Saturday,
            Saturday => Sunday, Sunday => Monday, January => February, February => March, March => April, May => June,
            June => July, August => September, October => November, spring => summer, summer => autumn, autumn => winter,
            one => two, two => three, nine => ten"""),
)
# question / another wording | held-out wording | word | sentence
SINGLE_LINES = """
How many days are in a week? / How many days does a week have? | Count the days of one week. | Seven | A week has seven days.
How many months are in a year? / How many months does a year have? | Count the months of one year. | Twelve | A year has twelve months.
How many legs does a spider have? / How many legs has a spider? | Count the legs of a spider. | Eight | A spider has eight legs.
How many legs does a dog have? / How many legs has a dog? | Count the legs of a dog. | Four | A dog has four legs.
How many sides does a triangle have? / How many sides are in a triangle? | Count the sides of a triangle. | Three | A triangle has three sides.
How many wheels does a car have? / How many wheels are on a car? | Count the wheels of a car. | Four | A car has four wheels.
How many eyes do people have? / How many eyes do humans have? | Count the eyes in a human face. | Two | People have two eyes.
How many seasons are there? / How many seasons does a year have? | Count the seasons. | Four | A year has four seasons.
How many fingers are on one hand? / How many fingers does a hand have? | Count the fingers of a hand. | Five | A hand has five fingers.
What do bees make? / What food do bees make? | Which sweet thing comes from bees? | Honey | Bees make honey.
What do cows drink? / What does a cow drink? | A thirsty cow wants what? | Water | Cows drink water.
What do we breathe? / What do people breathe? | Which stuff goes into our lungs? | Air | People breathe air.
What is frozen water called? / What do you call frozen water? | Water below zero turns into what? | Ice | Frozen water is called ice.
Which planet do we live on? / On which planet do we live? | Name our home planet. | Earth | We live on the planet Earth.
Which planet is called the red planet? / What is the red planet? | Name the planet that looks red. | Mars | Mars is called the red planet.
What is the largest planet? / Which planet is the largest? | Name the biggest of the planets. | Jupiter | Jupiter is the largest planet.
What is the largest ocean? / Which ocean is the largest? | Name the biggest of the oceans. | Pacific | The Pacific is the largest ocean.
Which animal is the king of the jungle? / What animal is called the king of the jungle? | Name the animal king. | Lion | The lion is called the king of the jungle.
What is the tallest animal? / Which animal is the tallest? | Name the animal with the longest neck. | Giraffe | The giraffe is the tallest animal.
What is the fastest land animal? / Which land animal is the fastest? | Name the best runner among the animals. | Cheetah | The cheetah is the fastest land animal.
Where do fish live? / In what do fish live? | Name the home of the fishes. | Water | Fish live in water.
What language do people speak in France? / Which language is spoken in France? | Name the tongue of the French people. | French | People in France speak French.
What language do people speak in Brazil? / Which language is spoken in Brazil? | Name the tongue of the Brazilians. | Portuguese | People in Brazil speak Portuguese.
Who wrote Hamlet? / Who is the author of Hamlet? | Name the author of Hamlet. | Shakespeare | Shakespeare wrote Hamlet.
What do you use to cut paper? / What tool cuts paper? | Name the tool for cutting paper. | Scissors | You use scissors to cut paper.
What do you wear on your feet? / What do people wear on their feet? | Name something to put on your feet. | Shoes | People wear shoes on their feet.
What do we use to see? / Which part of the body do we use to see? | Name the part of the body for seeing. | Eyes | We use our eyes to see.
What do we use to hear? / Which part of the body do we use to hear? | Name the part of the body for hearing. | Ears | We use our ears to hear.
What is bread made of? / What is bread made from? | Name the main thing in bread. | Flour | Bread is made of flour.
What shape is a ball? / Which shape does a ball have? | Name the shape of a ball. | Round | A ball is round.
What gas do plants take in? / Which gas do plants need? | Name the gas that feeds plants. | CO2 | Plants take in CO2.
What season is the coldest? / Which season is the coldest? | Name the season with the most snow. | Winter | Winter is the coldest season.
Which metal do magnets attract? / What metal sticks to a magnet? | Name a metal that magnets pull. | Iron | Magnets attract iron.
What is the hardest gem? / Which gem is the hardest? | Name the gem that nothing scratches. | Diamond | Diamond is the hardest gem.
"""
# question | held-out wording | sentence, beginning with Yes or No
YES_NO_LINES = """
Is ice cold? | Does ice feel cold? | Yes, ice is cold.
Is fire hot? | Does fire feel hot? | Yes, fire is hot.
Can birds fly? | Would a bird be able to fly? | Yes, most birds can fly.
Can fish walk? | Would a fish be able to walk? | No, fish cannot walk.
Is the Sun a star? | Does the Sun count as a star? | Yes, the Sun is a star.
Is the Moon a star? | Does the Moon count as a star? | No, the Moon is not a star.
Is a whale a fish? | Does a whale count as a fish? | No, a whale is a mammal.
Is a tomato a fruit? | Does a tomato count as a fruit? | Yes, a tomato is a fruit.
Is water wet? | Does water feel wet? | Yes, water is wet.
Is the Earth flat? | Does the Earth look like a plate? | No, the Earth is round.
Do cats lay eggs? | Does an egg come from a cat? | No, cats do not lay eggs.
Do chickens lay eggs? | Does an egg come from a chicken? | Yes, chickens lay eggs.
Do plants need water? | Does a plant want water? | Yes, plants need water.
Is ten more than two? | Does ten beat two? | Yes, ten is more than two.
Is one more than five? | Does one beat five? | No, one is less than five.
Is an elephant bigger than a mouse? | Does an elephant need more space than a mouse? | Yes, an elephant is bigger than a mouse.
Is a snail faster than a horse? | Does a snail beat a horse in a race? | No, a snail is slower than a horse.
Is milk white? | Does milk look white? | Yes, milk is white.
Is Paris in France? | Does Paris lie in France? | Yes, Paris is in France.
Is Tokyo in Germany? | Does Tokyo lie in Germany? | No, Tokyo is in Japan.
Do humans have wings? | Does a human come with wings? | No, humans do not have wings.
Can dogs talk? | Would a dog be able to talk? | No, dogs cannot talk.
"""


def _from_table(rng: Random, held: bool) -> Simple:
    chosen = rng.choices(TABLES, [len(found.rows) for found in TABLES])[0]
    x, _, y = rng.choice(chosen.rows).partition(" => ")
    ask = rng.choice(chosen.held if held else chosen.asks).replace("{x}", x)
    return Simple(capital(ask), capital(y), capital(chosen.sentence.replace("{x}", x).replace("{y}", y)))


def _single(rng: Random, held: bool) -> Simple:
    asks, held_ask, word, sentence = entries(rng.choice(SINGLES))
    return Simple(held_ask if held else rng.choice(entries(asks, "/")), word, sentence)


def _yes_no(rng: Random, held: bool) -> Simple:
    ask, held_ask, sentence = entries(rng.choice(YES_NO))
    return Simple(held_ask if held else ask, sentence.partition(",")[0], sentence, True)


def _sum(rng: Random, held: bool) -> Simple:
    a, b = rng.randint(0, 10), rng.randint(0, 10)
    sign, result = ("+", a + b) if rng.random() < 0.6 or a < b else ("-", a - b)
    held_asks = ("Work out {} for me.", "So, {} gives what?")
    asks = held_asks if held else ("What is {}?", "{} = ?", "How much is {}?", "Calculate {}.", "{}?")
    return Simple(rng.choice(asks).format(f"{a} {sign} {b}"), str(result), f"{a} {sign} {b} = {result}.")


SINGLES = tuple(SINGLE_LINES.strip().splitlines())
YES_NO = tuple(YES_NO_LINES.strip().splitlines())


def question(rng: Random, held: bool = False, yes_no: bool = True) -> Simple:
    """A simple question; yes_no=False leaves out those answered by yes or no."""
    kinds = (_from_table, _single, _sum, _yes_no) if yes_no else (_from_table, _single, _sum)
    return rng.choices(kinds, (6, 2.5, 1, 1)[:len(kinds)])[0](rng, held)
