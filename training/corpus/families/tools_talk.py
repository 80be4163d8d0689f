"""What is said around calls: requests for two things, requests that lack something, and talk that needs no tool."""
from .tools_data import lines

# tool -> the slot that differs, and requests for two of it
PAIRS: dict[str, tuple[str, list[str]]] = {
    "weather": ("city", lines("""What is the weather in {a} and {b}?|Weather in {a} and {b}?|How is the weather in {a} and in {b}?
        Compare the weather in {a} and {b}.|Is it warmer in {a} or in {b}?|Tell me the weather in {a} and {b}.|weather {a} and {b}
        Check the weather in {a} and {b}.|What is the temperature in {a} and in {b}?|I need the weather for {a} and for {b}.""")),
    "time": ("city", lines("""What time is it in {a} and {b}?|Time in {a} and {b}?|Tell me the time in {a} and in {b}.|time in {a} and {b}
        What is the time in {a} and in {b}?|I need the time in {a} and {b}.|Give me the local time of {a} and {b}.""")),
    "stock": ("symbol", lines("""What are the stock prices of {a} and {b}?|Stock prices for {a} and {b}.|How much are {a} and {b} shares?
        Compare the stock prices of {a} and {b}.|Check {a} and {b} stock.|Get me the prices of {a} and {b} stock.""")),
    "light": ("room", lines("""Turn {state} the lights in the {a} and the {b}.|Switch {state} the {a} and {b} lights.
        Turn {state} the light in the {a} and in the {b}.|{a} and {b} lights {state}, please.|Turn the {a} and {b} lights {state}.""")),
    "list": ("item", lines("""Add {a} and {b} to the shopping list.|Put {a} and {b} on the list.|We need {a} and {b}. Add both to the list.
        Please add {a} and also {b} to my list.|Add two things to the list: {a}, {b}.|add {a} and {b} to the list""")),
    "news": ("topic", lines("""Give me the news about {a} and about {b}.|News on {a} and on {b}, please.|What is the latest news on {a} and on {b}?
        Show me the news about {a} and also about {b}.|Headlines about {a} and about {b}?""")),
    "translate": ("language", lines("""Translate "{phrase}" into {a} and {b}.|How do you say "{phrase}" in {a} and in {b}?
        What is "{phrase}" in {a} and {b}?|Translate "{phrase}" to {a} and to {b}.|I need "{phrase}" in {a} and in {b}.""")),
}

# tool -> requests that lack a parameter, questions back, replies
MISSING: dict[str, tuple[list[str], list[str], list[str]]] = {name: (lines(asks), lines(back), lines(replies)) for name, (asks, back, replies) in {
    "weather": ("What is the weather?|How is the weather?|What is the weather like?|Is it raining?|weather|Check the weather.|How warm is it?",
                "Which city do you mean?|For which city?|Which city should I check?", "{city}|In {city}.|{city}, please.|I mean {city}."),
    "time": ("What time is it there?|Tell me the time abroad.|Check the time in another city.|What is the time in that city?",
             "Which city do you mean?|In which city?|For which city do you need the time?", "{city}|In {city}.|{city}, please.|I mean {city}."),
    "sum": ("Calculate something for me.|Can you calculate?|I need a calculation.|Use the calculator.|calculate",
            "What should I calculate?|Which calculation do you need?|Please tell me the numbers.", "{expr}|It is {expr}.|{expr}, please."),
    "search": ("Search the web.|Search for something.|Can you google something for me?|Look something up.|search",
               "What should I search for?|What do you want to find?|Which words should I search for?", "{query}|Search for {query}."),
    "email": ("Send an email to {to}.|Email {to}.|I want to write to {to}.|Write an email to {to}.|Can you send {to} an email?",
              "What should the email say?|What is the text of the email?|What should I write?", '"{body}".|Write "{body}".|Say "{body}".'),
    "reminder": ("Remind me to {task}.|Set a reminder to {task}.|Can you remind me to {task}?|I have to {task}. Remind me.",
                 "When should I remind you?|At what time?|When do you want the reminder?", "{when}|Remind me {when}.|{when}, please."),
    "stock": ("What is the stock price?|Check a stock for me.|How is my stock doing?|Give me a quote.",
              "Which stock do you mean?|Which symbol should I look up?|What is the symbol?", "{symbol}|I mean {symbol}.|{symbol}, please."),
    "translate": ('Translate "{phrase}".|Can you translate "{phrase}"?|Please translate "{phrase}" for me.|translate "{phrase}"',
                  "Into which language?|Which language do you want?|To which language should I translate it?",
                  "{language}|Into {language}.|{language}, please.|To {language}."),
    "convert": ("Convert {amount} {source}.|I want to change {amount} {source}.|Change {amount} {source} for me.|Exchange {amount} {source}.",
                "Into which currency?|Which currency do you want?|To which currency should I convert it?", "{target}|To {target}.|"
                "Into {target}, please."),
    "timer": ("Set a timer.|Start a timer.|I need a timer.|Can you set a timer?|timer",
              "For how many minutes?|How long should the timer run?|How many minutes?", "{minutes} minutes.|{minutes}|For {minutes} minutes.|"
              "{minutes} minutes, please."),
    "light": ("Turn {state} the light.|Switch the light {state}.|Light {state}, please.|Can you turn the light {state}?",
              "In which room?|Which room do you mean?|Which light do you mean?", "In the {room}.|The {room}.|{room}|The light in the {room}."),
    "news": ("Give me the news.|What is in the news?|Any news?|Show me the headlines.|news",
             "About which topic?|Which topic do you want?|News about what?", "{topic}|About {topic}.|{topic}, please."),
    "table": ("Book a table at {restaurant} {evening}.|Reserve a table at {restaurant} {evening}.|"
        "I want to eat at {restaurant} {evening}. Book a table.",
              "For how many people?|How many people will come?|How many are you?", "{people}|{people} people.|We are {people}.|For {people}."),
    "list": ("Add something to my list.|Put something on the shopping list.|Can you add an item to the list?|Add to the list.",
             "What should I add?|What do you want on the list?|Which item should I add?", "{item}|Add {item}.|{item}, please."),
}.items()}

# a second round: the same tool again
AGAIN: dict[str, list[str]] = {name: lines(text) for name, text in {
    "weather": "And in {city}?|What about {city}?|And {city}?|How about {city}?|And what is the weather in {city}?",
    "time": "And in {city}?|What about {city}?|And {city}?|How about {city}?|And what time is it in {city}?",
    "sum": "And {expr}?|And what is {expr}?|Now {expr}.|What about {expr}?", "stock": "And {symbol}?|What about {symbol}?|How about {symbol}?",
    "search": "Now search for {query}.|And search for {query}.", "news": "And about {topic}?|What about {topic}?|And the news on {topic}?",
    "list": "And {item}.|Also {item}.|Add {item} too.|And add {item}.", "timer": "And another one for {minutes} minutes.|"
        "One more for {minutes} minutes.",
    "dice": "Roll a d{sides} now.|Now one with {sides} sides.|And a d{sides}.",
}.items()}

CANNOT = lines("""Sorry, I have no tool to {can}.|I cannot {can} with the tools I have.|I am sorry, I cannot {can} here.
    Sorry, I cannot {can}.|None of my tools can {can}.|I have no tool for that, so I cannot {can}.""")
# who could do it in another way, and so is not offered with a request that no tool can do
RIVALS: dict[str, str] = {"weather": "search news", "time": "search", "sum": "convert", "search": "news", "stock": "search news",
                          "translate": "search", "convert": "search sum", "news": "search", "reminder": "timer", "timer": "reminder",
                          "email": "reminder", "table": "search", "music": "search", "list": "reminder", "light": "", "dice": "search"}

THANKS = lines("Thanks!|Thank you.|Thank you very much.|thanks|Great, thanks.|Ok, thank you.|Perfect.|Nice, thank you.|Good.|Thanks a lot!")
WELCOME = lines("You are welcome!|You are welcome.|Happy to help.|No problem.|Glad to help.|You are welcome. Is there anything else?")
SMALL_TALK: list[tuple[list[str], list[str]]] = [
    (lines("Hello|Hi|Hello!|Hi!|Hey|Good morning|Good evening|Hi there|Hello there!|hello|hi|Good day"),
     lines("Hello! How can I help you?|Hi! What can I do for you?|Hello! What can I do for you?|Hi there! How can I help?")),
    (lines("How are you?|How are you today?|Are you well?|How is it going?|Hi, how are you?"),
     lines("I am fine, thank you. How can I help you?|I am well, thanks. What can I do for you?")),
    (lines("Who are you?|What are you?|Are you a person?|Tell me who you are."), lines("I am Quire, a small chat model.|"
        "I am Quire, a small language model.")),
    (THANKS, WELCOME),
    (lines("Bye|Goodbye|See you later!|Good night|Bye bye|That is all."), lines("Goodbye!|See you later!|Goodbye, have a nice day!|Bye!")),
    (lines("The weather was lovely yesterday.|I like sunny days.|It rained here all week.|I do not like the cold."),
     lines("I see. Is there something I can do for you?|Thank you for telling me.|I understand. Can I help you with something?")),
    (lines("I got an email from {name} today.|{name} sent me a letter.|I met {name} in {city}.|{name} lives in {city}."),
     lines("That sounds nice.|I see. Is there something I can do for you?|Thank you for telling me.")),
    (lines("I love music.|I had a good dinner yesterday.|My kitchen is very small.|I bought bread this morning.|I am tired.|I am happy today."),
     lines("I see. Is there something I can do for you?|I understand. Can I help you with something?|Thank you for telling me.")),
    (lines("Say hello to {name}.|Greet {name}.|Say hello to my friend {name}."), lines("Hello, {name}!|Hello {name}, nice to meet you!|Hi, {name}!")),
    (lines("What is your favorite color?|Do you have a favorite food?|Do you sleep?|Do you like {city}?|Are you hungry?"),
     lines("I am a small chat model, so I have no feelings about that.|I am only a chat model, so I cannot say.")),
]
OFFERED_ASKS = lines("What can you do?|What can you do for me?|Which tools do you have?|What are you able to do?|How can you help me?")
OFFERED_ANSWERS = lines("I can {cans}.|I can {cans} for you.|With my tools I can {cans}.")

# what a thing is: the thing, the answer, and the words by which a held-out answer is known
MEANINGS: list[tuple[str, str, str]] = [(x.strip(), y.strip(), z.strip()) for x, y, z in (line.split(" = ") for line in lines("""
    Python = Python is a programming language. = programming|a cat = A cat is a small animal that many people keep at home. = animal
    a river = A river is water that flows through the land to a lake or the sea. = water
        a planet = A planet is a large ball that moves around a star. = star
    a computer = A computer is a machine that works with data. = machine|bread = Bread is a food made from flour and water. = flour
    the moon = The moon is a ball of rock that moves around the earth. = earth|the sun = The sun is the star at the center of our solar system. = star
    ice = Ice is frozen water. = water|snow = Snow is frozen water that falls from the clouds. = water
        a piano = A piano is a musical instrument with keys. = instrument
    a doctor = A doctor is a person who helps sick people. = sick|a school = A school is a place where children learn. = learn
    a museum = A museum is a house where one can look at old or beautiful things. = things
        a bicycle = A bicycle is a vehicle with two wheels. = wheels
    gold = Gold is a yellow metal that is worth a lot. = metal|honey = Honey is a sweet food that bees make. = bees
        a bee = A bee is an insect that makes honey. = honey
    a triangle = A triangle is a shape with three sides. = three|a dictionary = A dictionary is a book that explains words. = words
    a noun = A noun is a word for a thing, a person or a place. = word|gravity = Gravity is the force that pulls things down to the earth. = force
    a volcano = A volcano is a mountain that can throw out hot rock. = mountain|a desert = A desert is a dry land with very little rain. = dry
    an island = An island is land with water all around it. = water|a library = A library is a place where one can read and borrow books. = books
    cheese = Cheese is a food made from milk. = milk|milk = Milk is a white drink that comes from cows. = cows
        wool = Wool is the soft hair of sheep. = sheep
    a whale = A whale is a very large animal that lives in the sea. = sea|a week = A week is a time of seven days. = seven
    a browser = A browser is a program that shows web pages. = web|a database = A database is a place where a computer keeps data. = data"""))]
MEANING_ASKS = lines("""What is {thing}?|What is {thing}|what is {thing}?|Tell me what {thing} is.|Explain what {thing} is.
        Do you know what {thing} is?
    Can you explain what {thing} is?|In short, what is {thing}?|Please explain: what is {thing}?""")
HELD_MEANING_ASKS = lines("""So what exactly is {thing}?|Can you say in a few words what {thing} is?|I have always wondered what {thing} is.
    What would you say {thing} is?|My child asks me what {thing} is.""")
