"""Phrasings, stories and facts of the thinking family. What stands under HELD occurs in items only."""
from dataclasses import dataclass

from .tools_data import lines

ASKS: dict[str, list[str]] = {name: lines(text) for name, text in {
    "add": """What is {a} + {b}?|{a} + {b}|{a} + {b} = ?|How much is {a} + {b}?|What is {a} plus {b}?|How much is {a} plus {b}?|{a} plus {b}
        Add {a} and {b}.|Calculate {a} + {b}.|What is the sum of {a} and {b}?|Tell me {a} plus {b}.|Work out {a} + {b}.|Can you add {a} and {b}?
        Please add {a} and {b}.|{a}+{b}|What is {a}+{b}?|Compute {a} + {b}.|Tell me the sum of {a} and {b}.""",
    "sub": """What is {a} - {b}?|{a} - {b}|{a} - {b} = ?|How much is {a} - {b}?|What is {a} minus {b}?|How much is {a} minus {b}?|{a} minus {b}
        Subtract {b} from {a}.|Calculate {a} - {b}.|What is the difference between {a} and {b}?|Tell me {a} minus {b}.|Work out {a} - {b}.
        Take {b} away from {a}.|Please subtract {b} from {a}.|{a}-{b}|Compute {a} - {b}.|Can you subtract {b} from {a}?""",
    "compare": """Which is {more}, {a} or {b}?|Which number is {more}, {a} or {b}?|What is {more}: {a} or {b}?|Is {a} or {b} {more}?
        {a} or {b}: which is {more}?|Compare {a} and {b}. Which is {more}?|Name the {more} number: {a} or {b}?|Which one is {more}, {a} or {b}?
        Tell me which is {more}, {a} or {b}.|What is the {more} number, {a} or {b}?|Pick the {more} number: {a}, {b}.""",
    "order": """Order these numbers from {way}: {numbers}.|Sort {numbers} from {way}.|Put {numbers} in order from {way}.|Sort from {way}: {numbers}
        Sort these numbers from {way}: {numbers}|Please sort {numbers} from {way}.|Can you put {numbers} in order from {way}?
        Write {numbers} in order from {way}.|List {numbers} from {way}.|Arrange {numbers} from {way}.""",
    "length": """How many letters are in {word}?|How many letters does {word} have?|How many letters does the word "{word}" have?
        How long is the word {word}?
        Count the letters in {word}.|Count the letters of the word {word}.|What is the number of letters in "{word}"?
        Tell me how many letters {word} has.
        How many letters are in the word "{word}"?|Can you count the letters in {word}?""",
    "letter": """How many times does the letter {x} occur in {word}?|How many {x} are in {word}?|How often does {x} occur in the word {word}?
        Count the letter {x} in {word}.|How many times is {x} in the word "{word}"?|How many letters {x} are in {word}?
        Count how often {x} is in {word}.|How often is the letter {x} in "{word}"?|Tell me how many {x} the word {word} has.""",
    "next": """What comes next: {terms}?|What is the next number: {terms}?|{terms}: what comes next?|Continue the sequence: {terms}
        Which number comes next: {terms}?
        Give the next number: {terms}, ...|What number comes after {terms}?|Find the next number in {terms}.|{terms}, ?|Go on: {terms}, ...
        What is the next number in the sequence {terms}?""",
    "alphabet": """Which comes first in the alphabet, {v} or {w}?|Which word comes first in the alphabet: {v} or {w}?
        What comes first in the dictionary, {v} or {w}?
        Is {v} or {w} first in the alphabet?|{v} or {w}: which comes first in the alphabet?|Which word is first in alphabetical order, {v} or {w}?
        Tell me which comes first in the alphabet, {v} or {w}.|Sort by the alphabet: does {v} or {w} come first?
        Which is earlier in the alphabet, {v} or {w}?""",
    "parity": """Is {n} even or odd?|Is {n} odd or even?|Is the number {n} even or odd?|Even or odd: {n}?|{n}: even or odd?
        Tell me if {n} is even or odd.
        Is {n} an even or an odd number?|Say whether {n} is odd or even.|{n}, odd or even?|Can you tell me if {n} is odd or even?""",
    "hello": """Hello|Hi|Hey|Hello!|Hi!|Good morning|Good morning!|Good evening|Good day|Hi there|Hello there|hello|hi|Hi, my name is {name}.
        Hello, I am {name}.
        Good afternoon!|Hey there!|Hello, how are you?|How are you?|Hi, how are you today?""",
}.items()}
HELD_ASKS: dict[str, list[str]] = {name: lines(text) for name, text in {
    "add": "What do {a} and {b} make together?|Find the total of {a} and {b}.|If I add {b} to {a}, what do I get?",
    "sub": "What is left of {a} without {b}?|If I take {b} from {a}, what do I get?|Find the value of {a} less {b}.",
    "compare": "Of {a} and {b}, which one is {more}?|Give me the {more} one of {a} and {b}.|Between {a} and {b}, what is {more}?",
    "order": "Bring {numbers} into order from {way}.|What is the order of {numbers} from {way}?",
    "length": "Of how many letters is {word} made?|Give me the letter count of {word}.",
    "letter": "Look at {word}. How many times do you see {x}?|In the word {word}, what is the count of {x}?",
    "next": "The numbers are {terms}. What follows?|See the pattern {terms} and tell me what follows.",
    "alphabet": "If you sort {v} and {w}, which one is first?|Would {v} or {w} stand first in a dictionary?",
    "parity": "Would you call {n} even or odd?|Check whether {n} is even or odd.|What is {n}, an odd number or an even one?",
    "hello": "Hello to you, my friend.|Greetings from {name}!|A very good morning to you.",
}.items()}


@dataclass(frozen=True)
class Story:
    """A word problem: how it counts, its text and what is thought about it."""
    sign: str
    text: str
    thought: str


def _stories(text: str) -> list[Story]:
    return [Story(*(part.strip() for part in line.split(" | "))) for line in text.strip().split("\n")]


STORIES = _stories("""
+ | {name} has {a} {things} and gets {b} more. How many {things} does {name} have now? | {name} has {a} and gets {b} more, so I add.
+ | {name} has {a} {things}. {other} gives {name} {b} more {things}. How many {things} does {name} have? | {name} has {a} and is given {b}, so I add.
+ | {name} has {a} {things} and {other} has {b} {things}. How many {things} do they have together? | I add the two numbers.
+ | {name} buys {a} {things} on Monday and {b} {things} on Tuesday. How many {things} is that? | I add both days.
+ | There are {a} {things} in a box. {name} puts in {b} more. How many {things} are in the box? | More come in, so I add.
+ | A bus has {a} people. {b} people get on. How many people are on the bus? | People get on, so I add.
+ | {name} reads {a} pages today and {b} pages tomorrow. How many pages does {name} read? | I add both days.
+ | {name} is {a} years old. How old is {name} in {b} years? | The years go up, so I add.
+ | {name} walks {a} steps and then {b} steps. How many steps does {name} walk? | I add the steps.
- | {name} has {a} {things} and gives away {b}. How many {things} are left? | {name} has {a} and gives away {b}, so I subtract.
- | {name} has {a} {things} and loses {b}. How many {things} does {name} have now? | {name} has {a} and loses {b}, so I subtract.
- | {name} has {a} {things} and gives {b} to {other}. How many {things} does {name} keep? | {b} go away, so I subtract.
- | There are {a} {things} on the table. {name} takes {b}. How many {things} are left? | {b} are taken away, so I subtract.
- | A shop has {a} {things} and sells {b}. How many {things} are left in the shop? | {b} are sold, so I subtract.
- | {a} people are on a bus. {b} get off. How many people are still on the bus? | People get off, so I subtract.
- | A book has {a} pages. {name} has read {b} pages. How many pages are left? | I take the read pages away.
- | {name} has {a} {things}. {other} has {b} {things}. How many more {things} does {name} have? | I need the difference.
- | {name} had {a} dollars and spent {b} dollars. How many dollars are left? | {b} dollars are gone, so I subtract.
* | {name} has {a} boxes with {b} {things} in each box. How many {things} are there? | There are {a} boxes of {b}, so I multiply.
* | One bag holds {b} {things}. How many {things} are in {a} bags? | There are {a} bags of {b}, so I multiply.
* | {name} buys {b} {things} every day. How many {things} are that in {a} days? | It is {b} on each of {a} days, so I multiply.
""")
HELD_STORIES = _stories("""
+ | {name} finds {a} {things} in the garden and {b} {things} at home. How many {things} did {name} find? | I add both places.
+ | {name} picked {a} {things}. Then {name} picked another {b}. What is the number of {things} now? | More come, so I add.
+ | At first {name} owned {a} {things}, and {other} brought {b} along. How many {things} are there? | More come, so I add.
- | Out of {a} {things}, {name} broke {b}. How many {things} are not broken? | {b} are broken, so I subtract.
- | {name} carried {a} {things} and dropped {b} of them. How many {things} does {name} still carry? | {b} are dropped, so I subtract.
* | {name} fills {a} baskets and puts {b} {things} into every basket. How many {things} are that? | There are {a} baskets of {b}, so I multiply.
""")
THINGS = """apples pears books coins pens eggs stamps cookies stones shells balls cards cups plates keys flowers trees oranges bottles
chairs buttons marbles stickers nuts lemons candles spoons hats shoes boats toys pictures tickets""".split()


@dataclass(frozen=True)
class Logic:
    """A small piece of logic, with its phrasings, its reasoning, its answers and the word that counts."""
    texts: list[str]
    held: list[str]
    thought: str
    answers: list[str]
    value: str


LOGIC = [
    Logic(lines("""All {many} are {kinds}. {name} is {one}. Is {name} {kind}?|{name} is {one}. All {many} are {kinds}. Is {name} {kind}?
                Since all {many} are {kinds} and {name} is {one}, is {name} {kind}?
                If all {many} are {kinds} and {name} is {one}, is {name} {kind}?"""),
          lines("Suppose that all {many} are {kinds} and that {name} is {one}. Must {name} be {kind}?|"
          "We know {name} is {one}, and {many} are always {kinds}. So is {name} {kind}?"),
          "All {many} are {kinds}. {name} is {one}, so {name} is {kind}.", lines("Yes, {name} is {kind}.|Yes.|Yes, because {name} is {one}."), "Yes"),
    Logic(lines("""No {odds} can {act}. {name} is a {odd}. Can {name} {act}?|{name} is a {odd}. No {odds} can {act}. Can {name} {act}?
                If no {odds} can {act} and {name} is a {odd}, can {name} {act}?"""),
          lines("Suppose that no {odds} can {act}. Is {name}, who is a {odd}, able to {act}?"),
          "No {odds} can {act}. {name} is a {odd}, so {name} cannot {act}.", lines("No, {name} cannot {act}.|No."), "No"),
    Logic(lines("""All {odds} can {act}. {name} is a {odd}. Can {name} {act}?|{name} is a {odd}. All {odds} can {act}. Can {name} {act}?
                If all {odds} can {act} and {name} is a {odd}, can {name} {act}?"""),
          lines("Suppose that all {odds} can {act}. Is {name}, who is a {odd}, able to {act}?"),
          "All {odds} can {act}. {name} is a {odd}, so {name} can {act}.", lines("Yes, {name} can {act}.|Yes."), "Yes"),
    Logic(lines("""{x} is {er} than {y}. {y} is {er} than {z}. Who is the {est}?|{x} is {er} than {y} and {y} is {er} than {z}. Who is the {est}?
                {y} is {er} than {z}. {x} is {er} than {y}. Who is the {est}?|If {x} is {er} than {y} and {y} is {er} than {z}, who is the {est}?"""),
          lines("It is known that {x} is {er} than {y}, and {y} is {er} than {z}. Name the {est} of them."),
          "{x} is {er} than {y} and {y} is {er} than {z}. The order is {x}, {y}, {z}. So {x} is the {est}.", lines("{x} is the {est}.|{x}|"
          "It is {x}."), "{x}"),
    Logic(lines("""{x} is {er} than {y}. {y} is {er} than {z}. Who is the {least}?|{x} is {er} than {y} and {y} is {er} than {z}. Who is the {least}?
                {y} is {er} than {z}. {x} is {er} than {y}. Who is the {least}?"""),
          lines("It is known that {x} is {er} than {y}, and {y} is {er} than {z}. Name the {least} of them."),
          "{x} is {er} than {y} and {y} is {er} than {z}. The order is {x}, {y}, {z}. So {z} is the {least}.", lines("{z} is the {least}.|{z}|"
          "It is {z}."), "{z}"),
    Logic(lines("""All {odds} are {color}. {name} is a {odd}. What color is {name}?
        {name} is a {odd}. All {odds} are {color}. Which color does {name} have?
                Every {odd} is {color}. {name} is a {odd}. What color is {name}?"""),
          lines("Each {odd} has the color {color}, and {name} is a {odd}. So which color is {name}?"),
          "All {odds} are {color} and {name} is a {odd}. So {name} is {color}.", lines("{name} is {color}.|{color}|It is {color}."), "{color}"),
    Logic(lines("""{name} is in the {here} or in the {there}. {name} is not in the {here}. Where is {name}?
                {name} is not in the {here}. {name} is in the {here} or in the {there}. Where is {name}?"""),
          lines("{name} must be in the {here} or the {there}, but the {here} is empty. In which place is {name}?"),
          "There are two places. {name} is not in the {here}, so it is the {there}.", lines("{name} is in the {there}.|In the {there}."), "{there}"),
    Logic(lines("""The {thing} is in the {box}. The {box} is in the {there}. Where is the {thing}?
        The {box} is in the {there}. The {thing} is in the {box}. In which room is the {thing}?
                {name} puts the {thing} into the {box}. Then {name} carries the {box} to the {there}. In which room is the {thing}?"""),
          lines("I put the {thing} in the {box} and the {box} in the {there}. Tell me the room of the {thing}."),
          "The {thing} is in the {box}. The {box} is in the {there}, so the {thing} is in the {there} too.",
          lines("The {thing} is in the {there}.|In the {there}.|It is in the {there}."), "{there}"),
    Logic(lines("If it {cause}, the {place} is {wet}. It {cause}. Is the {place} {wet}?|"
        "When it {cause}, the {place} is {wet}. It {cause} now. Is the {place} {wet}?"),
          lines("Given that the {place} is {wet} whenever it {cause}, and it {cause} right now, is the {place} {wet}?"),
          "It {cause}, and then the {place} is {wet}.", lines("Yes, the {place} is {wet}.|Yes."), "Yes"),
]
KINDS = [tuple(line.split(",")) for line in lines("""cats,a cat,animals,an animal|dogs,a dog,animals,an animal|roses,a rose,flowers,a flower
    birds,a bird,animals,an animal|trout,a trout,fish,a fish|teachers,a teacher,readers,a reader|bakers,a baker,early risers,an early riser
    kings,a king,rulers,a ruler|nurses,a nurse,helpers,a helper|robots,a robot,machines,a machine|frogs,a frog,swimmers,a swimmer
    pilots,a pilot,travelers,a traveler|foxes,a fox,hunters,a hunter|sailors,a sailor,swimmers,a swimmer|singers,a singer,artists,an artist
    painters,a painter,artists,an artist|horses,a horse,runners,a runner|bees,a bee,insects,an insect|ants,an ant,insects,an insect""")]
RANKS = [tuple(line.split(",")) for line in lines("""taller,tallest,shortest|older,oldest,youngest|faster,fastest,slowest|stronger,strongest,weakest
    younger,youngest,oldest|richer,richest,poorest|shorter,shortest,tallest|slower,slowest,fastest|louder,loudest,quietest
        heavier,heaviest,lightest""")]
ACTS = "fly|swim|sing|jump|read|run|climb|dance|dive|cook|speak|sleep|paint|count".split("|")
CAUSES = [tuple(line.split(",")) for line in lines("""rains,street,wet|rains,grass,wet|snows,roof,white|snows,garden,white|is night,school,closed
    is summer,pool,open|is winter,lake,frozen|is Sunday,shop,closed|is Monday,museum,closed|is noon,kitchen,busy|storms,beach,empty""")]
PLACES = "kitchen garden bedroom garage cellar attic bathroom hall office library".split()
COLORS = "red blue green yellow black white brown orange purple pink gray".split()
BOXES = "box bag basket case drawer bucket chest jar".split()


@dataclass(frozen=True)
class Facts:
    """Questions of one kind: phrasings, what is thought, answers, and pairs of a thing and what is asked about it."""
    asks: list[str]
    held: list[str]
    thought: str
    answers: list[str]
    pairs: list[list[str]]


def _facts(asks: str, held: str, thought: str, answers: str, pairs: str) -> Facts:
    return Facts(lines(asks), lines(held), thought, lines(answers), [pair.split("=") for pair in lines(pairs)])


KNOWLEDGE = [
    _facts("What is the capital of {x}?|Which city is the capital of {x}?|Name the capital of {x}.|capital of {x}|Tell me the capital of {x}.|"
        "What is the capital city of {x}?",
           "The capital of {x} is which city?|What city does {x} have as its capital?", "The user asks about the capital of {x}. It is {y}.",
           "{y}|The capital of {x} is {y}.|It is {y}.",
           """France=Paris|Germany=Berlin|Italy=Rome|Spain=Madrid|England=London|Austria=Vienna|Norway=Oslo|Japan=Tokyo|Egypt=Cairo|Peru=Lima
           Ireland=Dublin|Portugal=Lisbon|Greece=Athens|Poland=Warsaw|Finland=Helsinki|Sweden=Stockholm|China=Beijing|Cuba=Havana|Kenya=Nairobi
           Thailand=Bangkok"""),
    _facts("What is the opposite of {x}?|opposite of {x}|Tell me the opposite of {x}.|Give the opposite of {x}.|"
        "Which word is the opposite of {x}?|What is the opposite word of {x}?",
           "Which word means the reverse of {x}?|{x} is the opposite of what?", "The user wants the opposite of {x}. That is {y}.", "{y}|"
           "The opposite of {x} is {y}.|It is {y}.",
           "hot=cold|big=small|up=down|day=night|open=closed|fast=slow|old=new|wet=dry|left=right|light=dark|full=empty|happy=sad|early=late|"
           "loud=quiet"),
    _facts("What do you call a young {x}?|What is a baby {x} called?|What is the young of a {x} called?|Name for a young {x}?|"
        "What is the word for a baby {x}?",
           "Which name does a young {x} have?|A small baby {x} is called what?", "The young of a {x} is called a {y}.", "A {y}.|"
           "It is called a {y}.|A young {x} is called a {y}.",
           "cat=kitten|dog=puppy|cow=calf|sheep=lamb|horse=foal|hen=chick|pig=piglet|lion=cub|duck=duckling|frog=tadpole"),
    _facts("What color is {x}?|Which color is {x}?|What is the color of {x}?|Tell me the color of {x}.|Which color does {x} have?",
           "In what color do we see {x}?|How is {x} colored?", "The user asks about the color of {x}. It is {y}.", "{y}|It is {y}.",
           "grass=green|snow=white|coal=black|blood=red|a ripe lemon=yellow|the clear sky=blue|milk=white|a ripe tomato=red|a frog=green|"
           "an elephant=gray"),
    _facts("Which day comes after {x}?|What day comes after {x}?|What is the day after {x}?|Which day follows {x}?|Tell me the day after {x}.",
           "Yesterday was {x}. Which day is today?|If today is {x}, which day is tomorrow?", "The days go in order. After {x} comes {y}.", "{y}|"
           "It is {y}.|After {x} comes {y}.",
           "Monday=Tuesday|Tuesday=Wednesday|Wednesday=Thursday|Thursday=Friday|Friday=Saturday|Saturday=Sunday|Sunday=Monday"),
    _facts("Which month comes after {x}?|What month comes after {x}?|What is the month after {x}?|Which month follows {x}?|"
        "Tell me the month after {x}.",
           "Last month was {x}. Which month is it now?|When {x} is over, which month begins?", "The months go in order. After {x} comes {y}.",
           "{y}|It is {y}.|After {x} comes {y}.",
           """January=February|February=March|March=April|April=May|May=June|June=July|July=August|August=September|September=October|October=November
           November=December|December=January"""),
    _facts("How many legs does a {x} have?|How many legs has a {x}?|What is the number of legs of a {x}?|Tell me how many legs a {x} has.|"
        "Legs of a {x}?",
           "On how many legs does a {x} stand?|If you count the legs of a {x}, what do you get?",
           "The user asks about the legs of a {x}. A {x} has {y} legs.", "{y}|A {x} has {y} legs.|It has {y} legs.",
           "dog=4|cat=4|spider=8|bee=6|hen=2|cow=4|horse=4|beetle=6|duck=2|snake=0"),
    _facts("Where does a {x} work?|At what place does a {x} work?|What is the place where a {x} works?|Tell me where a {x} works.|"
        "In which place does a {x} work?",
           "To which place does a {x} go for work?|Where can I find a {x} at work?", "The user asks where a {x} works. That is in a {y}.",
           "In a {y}.|A {x} works in a {y}.",
           "teacher=school|nurse=hospital|baker=bakery|cook=kitchen|farmer=farm|judge=court|librarian=library|waiter=restaurant"),
]
GREETINGS = lines("Hello! How can I help you?|Hi! How can I help you?|Hello! What can I do for you?|Hi there! What can I do for you?")
GREETING_THOUGHTS = lines("""The user says hello. I greet back and offer help.|This is a greeting. I say hello and ask how I can help.
    The user greets me. I answer in a friendly way.""")
