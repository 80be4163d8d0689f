"""The kinds of facts that a user tells and asks back, with their phrasings and values.

In the phrasings {v} is the value, {V} the value with a capital letter, {a} the value with its article, {w} whose or what it is
("dog", "sister", "secret word"). A clause can stand inside a longer sentence: {c} in the wrappers, {C} with a capital letter.
"""
from typing import Any, NamedTuple

from .chat_wording import HELD_WORDS, entries


class Kind(NamedTuple):
    name: str
    clauses: tuple[str, ...]        # "my name is {v}"
    tells: tuple[str, ...]          # whole sentences
    nouns: tuple[str, ...]          # "my name"
    asks: tuple[str, ...]           # whole questions
    held_clauses: tuple[str, ...]
    held_asks: tuple[str, ...]
    answer: str
    missing: str
    heard: str                      # what the assistant says when it is told
    check: str                      # a question for yes or no
    system: str                     # the same fact in a system prompt; empty where it makes no sense
    whose: tuple[str, ...] = ("",)  # the values of {w}


def kind(name: str, whose: str = "", system: str = "", **texts: str) -> Kind:
    lists = ("clauses", "tells", "nouns", "asks", "held_clauses", "held_asks")
    fields: dict[str, Any] = {key: entries(value) if key in lists else value for key, value in texts.items()}
    return Kind(name=name, system=system, whose=entries(whose) or ("",), **fields)


KINDS = (
    kind("name",
        clauses="""my name is {v} | I am called {v} | I am {v} | people call me {v} | you can call me {v} |
            my first name is {v}""",
        tells="""I'm {v}. | {v} is my name. | This is {v}. | {v} here. | Hello, I am {v}. | Hi, my name is {v}. |
            Hi! I'm {v}. | Hello! My name is {v}. | Call me {v}. | My friends call me {v}. | Hey, I'm {v}! | Name: {v} |
            Hello, I'm {v}. What can you do for me? | Hi, {v} here.""",
        nouns="my name | my first name | my name | the name I told you",
        asks="""Who am I? | What am I called? | How am I called? | What do people call me? | Do you remember who I am? |
            Do you know who I am? | Say my name. | What name did I tell you? | So what is my name? |
            Who are you talking to? | whats my name | What do my friends call me?""",
        held_clauses="I go by {v} | the name on my passport is {v} | everyone knows me as {v} | my parents named me {v}",
        held_asks="Which name did I give you? | How should you address me? | Under what name do you know me?",
        answer="Your name is {v}.", missing="You have not told me your name yet.", heard="Nice to meet you, {v}.",
        check="Is my name {v}?", system="The user's name is {v}."),
    kind("color",
        clauses="""my favorite color is {v} | the color I like most is {v} | I like the color {v} | I love the color {v} |
            the color {v} is my favorite""",
        tells="""{V} is my favorite color. | I like {v} more than any other color. | Favorite color: {v} |
            My color is {v}. | {V} is the color that I like most. | Of all colors I like {v} best. |
            I really like the color {v}.""",
        nouns="my favorite color | the color I like | my favorite color | the color I told you",
        asks="""Which color do I like? | What color do I like most? | Which color is my favorite? |
            What color did I tell you? | Which color did I say? | Which color do I love?""",
        held_clauses="""no color is nicer to me than {v} | I would paint everything {v}, the color I adore |
            when it comes to colors, {v} wins for me""",
        held_asks="Which color makes me happy? | In what color should you paint my room? | My preferred color would be?",
        answer="Your favorite color is {v}.", missing="You have not told me your favorite color yet.",
        heard="{V} is a nice color.", check="Is my favorite color {v}?", system="The user's favorite color is {v}."),
    kind("city",
        clauses="""I live in {v} | my city is {v} | my home is in {v} | my home town is {v} | I have a flat in {v} |
            the city I live in is {v}""",
        tells="""{v} is my city. | I live in the city of {v}. | My home is {v}. | {v} is where I live. | City: {v} |
            I am living in {v} now. | We live in {v}. | I moved to {v}.""",
        nouns="my city | the city I live in | my home town | the name of my city",
        asks="""Where do I live? | In which city do I live? | Which city do I live in? | What city do I live in? |
            Where is my home? | Do you know where I live? | Do you remember where I live? | where do i live""",
        held_clauses="my house stands in {v} | I settled down in {v} years ago | every evening I go home to {v}",
        held_asks="To which place do I come home? | On a map, where would you find my house? | Name the place of my home.",
        answer="You live in {v}.", missing="You have not told me your city yet.", heard="I see, you live in {v}.",
        check="Do I live in {v}?", system="The user lives in {v}."),
    kind("number",
        clauses="""my number is {v} | the number is {v} | my lucky number is {v} | I choose the number {v} |
            I am thinking of the number {v} | my favorite number is {v} | my room number is {v}""",
        tells="""Remember the number {v}. | Please remember {v}. | Keep {v} in mind. | Here is a number: {v}. |
            Remember {v}. | Number: {v} | I say {v}. | I will tell you a number: {v}. | {v} is my number. |
            Remember this number: {v}. | Do not forget the number {v}. | Store the number {v}.""",
        nouns="my number | the number I told you | the number | the number from before | the number that I said",
        asks="""Which number did I say? | What number did I tell you? | Which number did I choose? |
            Which number did I tell you? | What number was it? | Which number am I thinking of? |
            What number did I say before?""",
        held_clauses="the figure to keep for me is {v} | my ticket shows the number {v} | I picked {v} out of all numbers",
        held_asks="Which figure did I mention? | What digits did I give you? | Could you name that number once more?",
        answer="You said {v}.", missing="You have not told me a number yet.", heard="Okay, the number is {v}.",
        check="Did I say {v}?"),
    kind("pet", whose="dog | cat | hamster | rabbit | parrot | horse | turtle | goldfish | pony | mouse",
        clauses="""my {w} is called {v} | my {w}'s name is {v} | I have a {w} called {v} | I have a {w} named {v} |
            the name of my {w} is {v} | we call our {w} {v}""",
        tells="""{v} is my {w}. | This is my {w} {v}. | I have a {w}. Its name is {v}. | I own a {w} named {v}. |
            At home I have a {w} called {v}. | My {w} {v} is very sweet. | I love my {w} {v}.""",
        nouns="my {w}'s name | the name of my {w} | my {w}'s name",
        asks="""What is my {w} called? | How is my {w} called? | What do I call my {w}? | Which name does my {w} have? |
            Do you know what my {w} is called? | What did I say my {w} is called?""",
        held_clauses="the {w} at my house answers to {v} | I share my home with a {w} that goes by {v} | I named my {w} {v}",
        held_asks="""To what name does my {w} answer? | If you wanted to call my {w}, what would you shout? |
            Which name did I choose for the {w}?""",
        answer="Your {w} is called {v}.", missing="You have not told me your {w}'s name yet.",
        heard="{v} is a nice name for a {w}.", check="Is my {w} called {v}?", system="The user has a {w} called {v}."),
    kind("age",
        clauses="I am {v} years old | my age is {v} | I turned {v} this year | I just turned {v} | I am {v} years of age",
        tells="""I'm {v} years old. | I'm {v}. | Age: {v} | {v} is my age. | I am now {v} years old. |
            This year I became {v}. | I am already {v} years old. | I am only {v} years old. | I was born {v} years ago.""",
        nouns="my age | my age | the age I told you",
        asks="""How old am I? | How many years old am I? | Do you remember how old I am? | Do you know how old I am? |
            Tell me how old I am. | What age am I? | How old did I say I am? | how old am i""",
        held_clauses="I have lived for {v} years now | there were {v} candles on my last cake | my years add up to {v}",
        held_asks="For how many years have I been alive? | How many candles go on my cake? | How many years do I count?",
        answer="You are {v} years old.", missing="You have not told me your age yet.", heard="Okay, you are {v} years old.",
        check="Am I {v} years old?", system="The user is {v} years old."),
    kind("food",
        clauses="""my favorite food is {v} | I love to eat {v} | the food I like best is {v} | I like to eat {v} |
            I like {v} more than any other food""",
        tells="""{V} is my favorite food. | Favorite food: {v} | I really love to eat {v}. |
            {V} is the food I like most. | I like {v} best of all foods. | For dinner I like to eat {v}. |
            The best food for me is {v}.""",
        nouns="my favorite food | the food I like | my favorite food | the food I told you",
        asks="""What do I like to eat? | Which food do I like? | What food do I like most? | Which food is my favorite? |
            What is the food that I like best? | What do I love to eat? | Which food did I tell you?""",
        held_clauses="""nothing tastes better to me than {v} | I could have {v} on my plate every day |
            the dish of my dreams is {v}""",
        held_asks="What should you cook for me? | What would I order for lunch? | Which dish do I enjoy above all?",
        answer="Your favorite food is {v}.", missing="You have not told me your favorite food yet.",
        heard="I see, you like {v}.", check="Is my favorite food {v}?", system="The user's favorite food is {v}."),
    kind("job",
        clauses="""I work as {a} | I am {a} | I have a job as {a} | I am {a} by profession | I earn my money as {a} |
            my job is to be {a}""",
        tells="""I'm {a}. | Job: {v} | I am working as {a}. | My work: I am {a}. | For a living I work as {a}. |
            I have been {a} for years. | I got a job as {a}. | I became {a}.""",
        nouns="my job | my profession | my job | the job I told you",
        asks="""What do I do for a living? | What do I work as? | What do I do for work? | What kind of work do I do? |
            Which job do I have? | Do you know what I do? | What work do I do? | What did I say my job is?""",
        held_clauses="they pay me for being {a} | my daily bread comes from being {a} | all week long I serve as {a}",
        held_asks="How do I earn my living? | What is my occupation? | With which trade do I pay my rent?",
        answer="You work as {a}.", missing="You have not told me your job yet.", heard="I see, you work as {a}.",
        check="Do I work as {a}?", system="The user works as {a}."),
    kind("relative",
        whose="""sister | brother | mother | father | son | daughter | aunt | uncle | grandmother | best friend |
            teacher | boss | neighbor | cousin | friend | roommate | doctor""",
        clauses="""my {w} is called {v} | my {w}'s name is {v} | the name of my {w} is {v} | people call my {w} {v} |
            my {w} has the name {v}""",
        tells="""{v} is my {w}. | This is my {w} {v}. | My {w} is {v}. | {v} is the name of my {w}. |
            I visited my {w} {v} today. | I talked to my {w} {v} today. | My {w} {v} is very nice. |
            Today I met {v}, my {w}.""",
        nouns="my {w}'s name | the name of my {w} | my {w}'s name",
        asks="""What is my {w} called? | How is my {w} called? | Who is my {w}? | Which name does my {w} have? |
            Do you know who my {w} is? | What did I say my {w} is called?""",
        held_clauses="everyone knows my {w} as {v} | my {w} goes by {v} | on the passport of my {w} it says {v}",
        held_asks="""By which name does my {w} go? | If you met my {w}, how would you address that person? |
            Which name did I mention for my {w}?""",
        answer="Your {w} is called {v}.", missing="You have not told me your {w}'s name yet.",
        heard="I see, your {w} is called {v}.", check="Is my {w} called {v}?", system="The user's {w} is called {v}."),
    kind("word", whose="secret word | code word | magic word | keyword | project name | team name",
        clauses="the {w} is {v} | our {w} is {v} | {v} is the {w} | my {w} is {v} | I chose {v} as the {w}",
        tells="""Remember the {w} {v}. | Remember: the {w} is {v}. | The {w}: {v} | I tell you the {w}: {v}. |
            {V} is our {w}. | Here is the {w}: {v}. | Please keep the {w} {v} in mind. | From now on the {w} is {v}.""",
        nouns="the {w} | our {w} | the {w} I told you | the {w}",
        asks="""Which {w} did I tell you? | What did I say the {w} is? | Do you know our {w}? | Which word is the {w}? |
            What {w} did I choose?""",
        held_clauses="as {w} we agreed on {v} | the thing to use as {w} is {v} | they gave me {v} as {w}",
        held_asks="On what {w} did we agree? | Without the {w} I cannot enter. What was it again? | Spill the {w}!",
        answer="The {w} is {v}.", missing="You have not told me the {w} yet.", heard="Okay, the {w} is {v}.",
        check="Is the {w} {v}?", system="The {w} is {v}."),
)

WRAPPERS = entries("""{C}. | {C}. | {C}. | {C}! | {C} | By the way, {c}. | Please remember that {c}. |
        Just so you know, {c}. | I want to tell you that {c}. | Hello! {C}. | Hi, {c}. | For later: {c}. |
        Please note that {c}. | Keep in mind that {c}. | Let me tell you something: {c}. | {C}, please remember that. |
        Remember this: {c}. | Remember that {c}. | {C}. Do not forget it. | Okay, {c}. | You know, {c}. |
        {C}. Can you remember that?""")
HELD_WRAPPERS = entries("""{C}. | {C}. | One thing about me: {c}. | It may help you to know that {c}. |
        Put this into your memory: {c}.""")
ASKS = entries("""What is {n}? | What is {n}? | What is {n}? | What's {n}? | Do you remember {n}? | Do you know {n}? |
        Can you tell me {n}? | Tell me {n}. | Please tell me {n}. | Do you still know {n}? | I forgot {n}. What is it? |
        And what is {n}? | Now tell me {n}. | What was {n}? | Can you remember {n}? | Remind me of {n}. |
        Now, what is {n}? | Question: what is {n}? | So, what is {n}? | Hey, what is {n}? | Could you tell me {n}? |
        Do you remember {n}? Tell me.""")
HELD_ASKS = entries("""Please recall {n}. | Would you kindly repeat {n}? | I wonder if you have kept {n}. |
        Let me test your memory on {n}.""")
FIXES = entries("""Actually {c}. | Actually, {c}. | Sorry, {c}. | No, wait, {c}. | I made a mistake, {c}. |
        I was wrong: {c}. | Correction: {c}. | {C}, not {old}. | Oh, I meant {new}. | No, not {old}. {C}. | Oops, {c}. |
        That was wrong. {C}. | Sorry, I meant {new}. | Wait, {c}. | Not {old}, but {new}. | Please change that: {c}. |
        I lied. {C}. | Now {c}.""")
HELD_FIXES = entries("""Scrap that, {c}. | Let me set this straight: {c}. | Strike out {old} and put {new} there. |
        I misspoke before, since {c}.""")
CHECKS = entries("{k} | {k} | {k} | Is it true that {c}? | Is it right that {c}? | Tell me: {k} | Did I tell you that {c}?")
HELD_CHECKS = entries("Can you confirm that {c}? | Would it be fair to say that {c}?")
SUMMARY = entries("""What do you know about me? | What did I tell you? | Tell me what you know about me. |
        What have I told you? | Repeat what I told you. | What do you remember about me? | List what you know about me. |
        What did I tell you about me? | Do you remember what I told you? | What have I told you about myself? |
        Say again what I told you. | Tell me everything you know about me. | What did you learn about me?""")
HELD_SUMMARY = entries("Sum up all that you found out from me. | Give me back the things I shared. | Make a short report on me.")
NOTHING = "You have not told me anything yet."
NOTED = "Okay, I will remember that."
NOTE_WORDS = ("remember", "in mind", "forget", "note that", "for later", "store the", "your memory", "may help you")
SYSTEMS = entries("""{s} | {s} | You are a helpful assistant. {s} | Facts about the user: {s} | Keep this in mind. {s} |
        Here is what you know: {s} | {s} Be helpful. | Note: {s}""")
HELD_SYSTEMS = entries("Background for this chat: {s} | From the files we know this much. {s}")
MULTI = entries("""{list}. | {list}. | {list}! | Hello! {list}. | Hi, {list}. | Please remember: {list}. |
        About me: {list}. | Let me introduce myself: {list}. | Remember that {list}.""")
HELD_MULTI = entries("A few things on me: {list}. | So that we know each other: {list}.")

COLORS = entries("""red | blue | green | yellow | orange | purple | pink | brown | black | white | gray | violet |
        turquoise | silver | gold | beige | navy blue | dark green | light blue | dark red | olive | cyan | magenta |
        peach | cream | bronze | lilac | ruby red | sky blue | emerald""")
HELD_COLORS = entries("teal | maroon | lavender | ivory | coral | indigo | mint green")
FOODS = entries("""pizza | pasta | rice | soup | salad | sushi | curry | bread | cheese | chocolate | ice cream | apples |
        pancakes | noodles | chicken | fish | tacos | burgers | fries | potatoes | tomatoes | eggs | cake | cookies |
        bananas | mangos | cherries | grapes | honey | yogurt | porridge | beans | lentils | tofu | mushrooms | spinach |
        carrots | corn | popcorn | sandwiches | toast | waffles | dumplings | lasagna | ravioli | risotto | stew | steak |
        sausages | shrimps | salmon | tuna | nuts | olives | pears | plums | oranges | melon | peaches | pie""")
HELD_FOODS = entries("goulash | falafel | muffins | asparagus | kebab | blueberries | omelette | gnocchi")
PETS = entries("""Rex | Bello | Luna | Milo | Fluffy | Max | Bella | Charlie | Rocky | Buddy | Daisy | Coco | Oreo |
        Simba | Nala | Shadow | Tiger | Lucky | Pepper | Ginger | Snowy | Spot | Felix | Mimi | Whiskers | Sparky | Toby |
        Bruno | Hasso | Teddy | Cookie | Muffin | Peanut | Pumpkin | Honey | Biscuit | Lola | Kitty | Nemo | Bubbles |
        Sunny | Star | Misty | Smokey | Patch | Rusty | Scout | Ziggy | Zorro | Hector | Balu | Chico | Jumbo | Pippa |
        Poppy | Sky | Storm | Blacky | Waldo | Pongo""")
HELD_PETS = entries("Noodle | Pickles | Bandit | Duchess | Sherlock | Domino | Tango | Mojo")
JOBS = entries("""teacher | nurse | doctor | baker | cook | driver | farmer | pilot | singer | writer | painter | lawyer |
        dentist | engineer | artist | actor | waiter | gardener | plumber | electrician | carpenter | programmer |
        designer | scientist | police officer | firefighter | soldier | sailor | librarian | journalist | photographer |
        musician | dancer | mechanic | butcher | tailor | hairdresser | judge | manager | secretary | clerk | cashier |
        builder | architect | student | postman | vet | guide | translator | chemist""")
HELD_JOBS = entries("locksmith | beekeeper | florist | astronaut | barber | surgeon | editor | fisherman")
WORDS = entries("""apple | river | tiger | window | cloud | candle | rocket | forest | pencil | mountain | silver |
        guitar | castle | dragon | garden | bridge | winter | summer | planet | hammer | bottle | mirror | island |
        butter | pepper | ladder | basket | carpet | button | cookie | marble | thunder | rabbit | falcon | dolphin |
        penguin | elephant | spider | turtle | monkey | piano | violet | diamond | emerald | copper | iron | stone |
        glass | paper | cotton | velvet | feather | anchor | compass | engine | wagon | tunnel | tower | harbor | desert""")
WOMEN = """Anna Clara Emma Grace Ivy Kate Mia Olivia Rosa Tina Vera Xenia Zoe Bella Dora Fiona Hanna Julia Lena
    Nina Petra Sara Una Wendy Alice Carol Eva Gina Iris Karen Maria Olga Ruth Ursula Amy Cindy Ella Gloria Ines
    Molly Priya Rachel Tara Viola Wanda Aisha Chloe Elena Greta Ilse Lara Nora Pia Sofia Uma Zara Bianca Daisy
    Flora Helen Jane Lily Nadia Paula Silvia Vicky Cora Edith Gwen Irene Luna Naomi Penny Rosie Stella Tess Vivian
    Brenda Diana""".split()
MEN = """Ben David Felix Henry Jack Liam Noah Paul Tom Umar Will Yusuf Adam Carl Eric George Ian Kevin Mark Oscar
    Ralph Victor Zack Bob Dan Frank Hugo John Leo Nick Peter Steve Theo Vince Walter Bruno Diego Fred Harry James
    Lucas Nathan Omar Simon Boris Derek Farid Hiro Jonas Kyle Mateo Otto Ravi Tariq Vlad Abel Cesar Emil Gavin
    Ivan Karl Max Owen Toby Basil Dean Finn Howard Joel Kurt Miles Oliver Wyatt Alan Colin""".split()
HELD_WOMEN = "Bridget Delia Freya Hazel Jasmine Lydia Nelly Phoebe Rebecca Trudy Veronica Yolanda Zelda Camille Esther".split()
HELD_MEN = "Arthur Conrad Edgar Gordon Isaac Keith Martin Orson Quentin Stuart Ulrich Wesley Albert Dexter Franco".split()
FAMILY_NAMES = {whose: (WOMEN, HELD_WOMEN) for whose in ("sister", "mother", "daughter", "aunt", "grandmother")}
FAMILY_NAMES |= {whose: (MEN, HELD_MEN) for whose in ("brother", "father", "son", "uncle")}
POOLS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "color": (COLORS, HELD_COLORS), "food": (FOODS, HELD_FOODS), "pet": (PETS, HELD_PETS), "job": (JOBS, HELD_JOBS),
    "word": (WORDS, tuple(HELD_WORDS)),
}
