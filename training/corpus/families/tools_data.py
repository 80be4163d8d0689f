"""The tools of the function-calling family: their schemas and the sentences people ask for them with.

Phrasings are separated by "|" or a line end; {slots} are those of tools_words.SLOTS. HELD phrasings occur in items only.
"""
from dataclasses import dataclass


@dataclass(frozen=True)
class Param:
    """A property: its names (the first is the usual one), its type and how it may be described."""
    names: str
    kind: str
    about: str
    optional: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tool:
    """A tool: its names (the first is the usual one), its descriptions, what it can do, and its properties."""
    names: str
    about: str
    can: str
    params: tuple[Param, ...]


def lines(text: str) -> list[str]:
    """The phrasings of a text."""
    return [part.strip() for part in text.replace("\n", "|").split("|") if part.strip()]


TIME = Param("time at when date_time", "string", "The time|When")
TOOLS: dict[str, Tool] = {
    "weather": Tool(
        "get_weather get_current_weather weather weather_lookup check_weather fetch_weather current_weather",
        "Get the current weather for a city|Get the weather in a given location|Returns temperature and sky for a place",
        "check the weather",
        (Param("city location place town city_name", "string", "The city|The city name, e.g. Paris|Name of the place"),
         Param("unit units temperature_unit scale", "string", "The unit|Unit of the temperature", True, ("celsius", "fahrenheit")))),
    "time": Tool(
        "get_time get_current_time time_in current_time local_time clock world_clock",
        "Get the current time in a city|Tells the local time of a place|Current time by city", "tell the time",
        (Param("city location place timezone_city town", "string", "The city|City name|Where"),)),
    "sum": Tool(
        "calculate calculator calc evaluate compute do_math eval_expression",
        "Evaluate a math expression|Calculate the value of an expression|A calculator for numbers", "calculate",
        (Param("expression expr formula input calculation", "string", "The expression|Math expression, e.g. 2 + 2"),)),
    "search": Tool(
        "search_web web_search search google internet_search find_online search_internet",
        "Search the web|Search the internet for a query|Find pages on the web", "search the web",
        (Param("query q search_term text keywords", "string", "The search query|What to search for"),)),
    "email": Tool(
        "send_email email send_mail mail write_email compose_email",
        "Send an email|Send an email to a person|Write and send a mail", "send emails",
        (Param("to recipient address email_to receiver", "string", "The recipient|Email address or name"),
         Param("subject title topic headline", "string", "The subject|Subject line", True),
         Param("body text message content", "string", "The text of the email|Body"))),
    "reminder": Tool(
        "set_reminder create_reminder add_reminder reminder remind remind_me new_reminder",
        "Create a reminder|Set a reminder for a given time|Remind the user of something", "set reminders",
        (Param("text task title message what", "string", "What to remind of|The text of the reminder"), TIME)),
    "stock": Tool(
        "get_stock_price stock_price get_quote stock_quote share_price lookup_stock",
        "Get the price of a stock|Current share price by ticker symbol|Look up a stock quote", "look up stock prices",
        (Param("symbol ticker stock ticker_symbol code", "string", "The ticker symbol|Stock symbol, e.g. AAPL"),)),
    "translate": Tool(
        "translate translate_text translator translation get_translation",
        "Translate a text|Translate text into another language|Gives the translation of a text", "translate",
        (Param("text phrase input source_text content", "string", "The text|Text to translate"),
         Param("language target_language to target to_language", "string", "The target language|Language to translate into"))),
    "convert": Tool(
        "convert_currency currency_converter exchange convert_money exchange_rate currency",
        "Convert money between currencies|Convert an amount to another currency|Currency exchange", "convert currencies",
        (Param("amount value sum money", "number", "The amount|How much"),
         Param("from_currency from source base from_code", "string", "Currency code, e.g. USD|Code of the source currency"),
         Param("to_currency to target into to_code", "string", "Currency code, e.g. EUR|Code of the target currency"))),
    "music": Tool(
        "play_music play play_song music start_music music_player",
        "Play music|Play a song or an artist|Start playing music", "play music",
        (Param("song track title song_name", "string", "The song|Name of the song", True),
         Param("artist band singer artist_name", "string", "The artist|Singer or band", True))),
    "timer": Tool(
        "set_timer start_timer timer create_timer countdown new_timer",
        "Set a timer|Start a timer of some minutes|Start a countdown", "set timers",
        (Param("minutes duration length duration_minutes mins", "integer", "Minutes|Length in minutes"),)),
    "light": Tool(
        "set_light turn_on_light switch_light light control_light lights smart_light",
        "Switch a light on or off|Control the light in a room|Turn the light of a room on or off", "switch the lights",
        (Param("room location place area zone", "string", "The room|Which room"),
         Param("state power status value", "string", "The new state|On or off", False, ("on", "off")))),
    "news": Tool(
        "get_news news latest_news headlines find_news news_search",
        "Get the latest news|Get news headlines on a topic|News by topic", "look up the news",
        (Param("topic subject category about query", "string", "The topic|What the news is about"),)),
    "table": Tool(
        "book_table reserve_table make_reservation book_restaurant reservation table_booking",
        "Book a table at a restaurant|Make a restaurant reservation|Reserve a table", "book tables",
        (Param("restaurant name place restaurant_name", "string", "The restaurant|Name of the restaurant"),
         Param("people guests party_size persons count", "integer", "Number of people|How many guests"), TIME)),
    "dice": Tool(
        "roll_dice roll_die roll dice throw_dice random_roll",
        "Roll a die|Roll a die with some sides|Throw a die", "roll dice",
        (Param("sides faces max number_of_sides", "integer", "Number of sides|Sides of the die", True),)),
    "list": Tool(
        "add_to_list add_item shopping_list add_to_shopping_list list_add put_on_list",
        "Add an item to the shopping list|Put something on the shopping list|Add to the list", "add to the shopping list",
        (Param("item product thing entry name", "string", "The item|What to add"),)),
}

ASKS: dict[str, list[str]] = {name: lines(text) for name, text in {
    "weather": """What is the weather in {city}?|What's the weather in {city}?|What's the weather like in {city}?
        How is the weather in {city}?|How is the weather in {city} today?|Weather in {city}?|weather {city}|weather in {city}
        Tell me the weather in {city}.|Is it raining in {city}?|Is it cold in {city}?|Is it sunny in {city} right now?
        How warm is it in {city}?|How hot is it in {city}?|What is the temperature in {city}?|Give me the weather for {city}.
        Check the weather in {city}.|Can you check the weather in {city}?|Could you tell me the weather in {city}?
        I need the weather for {city}.|I want to know the weather in {city}.|I am going to {city}. What is the weather there?
        I am in {city}. How is the weather here?|Show me the weather in {city}.|What is the weather in {city} now?
        Get the weather for {city}.|What is the current weather in {city}?|What is the weather in {city} in {unit}?
        How warm is it in {city} in {unit}?|Temperature in {city} in {unit}, please.|Give me the temperature in {city} in {unit}.
        Tell me the weather in {city}, use {unit}.|What is the temperature in {city}? Please use {unit}.""",
    "time": """What time is it in {city}?|What is the time in {city}?|What's the time in {city}?|Time in {city}?|time in {city}
        Tell me the time in {city}.|What time is it now in {city}?|What is the local time in {city}?|How late is it in {city}?
        Can you tell me the time in {city}?|Give me the time in {city}.|Do you know what time it is in {city}?|time {city}
        I need the time in {city}.|I want to call someone in {city}. What time is it there?|Check the time in {city}.
        Is it morning in {city}?|Is it late in {city} now?|What time do they have in {city}?|Show me the time in {city}.
        Current time in {city}?|What is the current time in {city}?|Get the time for {city}.|Could you check the time in {city}?
        My friend lives in {city}. What time is it there?|What time is it in {city} at the moment?|Is it night in {city}?""",
    "sum": """What is {expr}?|What's {expr}?|Calculate {expr}.|Calculate {expr}|calculate {expr}|Compute {expr}.|How much is {expr}?
        Can you calculate {expr}?|Work out {expr}.|Solve {expr}.|Tell me what {expr} is.|What does {expr} make?|{expr}|{expr} = ?
        What is the result of {expr}?|Give me the result of {expr}.|I need to know {expr}.|Use the calculator: {expr}.
        Do the math: {expr}.|Could you compute {expr} for me?|Evaluate {expr}.|What do I get for {expr}?|Find {expr}.
        How much does {expr} make?|Please work out {expr} for me.|What is the value of {expr}?|{expr}?|Help me with {expr}.""",
    "search": """Search the web for {query}.|Search for {query}.|Search for "{query}".|Search {query}|search for {query}|Google {query}.
        Look up {query}.|Look up {query} on the web.|Find {query} online.|Can you search for {query}?|Do a web search for {query}.
        Look for {query} on the internet.|Search the internet for {query}.|I want to search for {query}.|google {query}
        Could you look up {query} online?|Find pages about {query}.|Search online for "{query}".|Look up "{query}".
        Please find {query} on the web.|Run a search for {query}.|Find something about {query} on the internet.|web search {query}
        Search the web: {query}|Show me web results for {query}.|I need a web search for {query}.|Can you google "{query}"?""",
    "email": """Send an email to {to} saying "{body}".|Send {to} an email saying "{body}".|Write an email to {to}: {body}.
        Email {to} that {that}.|Tell {to} by email that {that}.|Send a mail to {to} with the text "{body}".|Email {to}: {body}.
        Send an email to {to} with the subject "{subject}" and the text "{body}".|Send {to} a mail: {body}.|email {to}: {body}
        Write to {to}, subject {subject}, text: {body}.|Send an email to {to}. Subject: {subject}. Body: {body}.
        Can you email {to} that {that}?|Please send {to} an email with the subject {subject} saying "{body}".
        Send an email to {to} and say "{body}".|I want to email {to}: "{body}".|Could you send an email to {to} saying {body}?
        Send this to {to} by email: "{body}".|Write {to} an email that says "{body}".|Send {to} an email about {subject}: {body}.
        Compose an email to {to} with the subject {subject} and the message {body}.|Mail {to} that {that}.
        Send an email. To: {to}. Subject: {subject}. Text: {body}.|Let {to} know by email that {that}.|Drop {to} an email: "{body}".
        Please write an email to {to} that says {body}.|Send a short email to {to} with the message "{body}".""",
    "reminder": """Remind me to {task} {when}.|Remind me {when} to {task}.|Set a reminder to {task} {when}.|remind me to {task} {when}
        Create a reminder {when}: {task}.|Can you remind me to {task} {when}?|Set a reminder {when} to {task}.|Reminder {when}: {task}
        Please remind me to {task} {when}.|I have to {task} {when}. Remind me.|Could you remind me {when} to {task}?
        Add a reminder to {task} {when}.|Make a reminder: {task} {when}.|I need a reminder to {task} {when}.|Remind me: {task} {when}.
        Do not let me forget to {task} {when}.|Set up a reminder to {task} {when}.|Help me remember to {task} {when}.
        Put in a reminder {when}: {task}.|I want to be reminded to {task} {when}.|Create a reminder to {task} {when}.
        Please set a reminder {when}. I need to {task}.|Remind me that I must {task} {when}.|New reminder: {task} {when}.
        Give me a reminder {when} to {task}.|Will you remind me to {task} {when}?|I must {task} {when}. Set a reminder.""",
    "stock": """What is the stock price of {symbol}?|What's the price of {symbol}?|How much is {symbol} stock?|stock price {symbol}
        Get the stock price of {symbol}.|Tell me the stock price of {symbol}.|Stock price for {symbol}?|Price of {symbol} stock?
        How is {symbol} doing on the stock market?|Check the price of {symbol} stock.|What does a share of {symbol} cost?
        How much does one share of {symbol} cost?|Give me the quote for {symbol}.|Show me the {symbol} stock price.|{symbol} stock
        Look up the stock price of {symbol}.|What is {symbol} trading at?|Can you check the {symbol} stock?|{symbol} share price?
        I need the share price of {symbol}.|Where is {symbol} trading now?|What are {symbol} shares worth?|Quote for {symbol}, please.
        I own shares of {symbol}. What is the price?|How expensive is {symbol} stock today?|Current price of {symbol}?""",
    "translate": """Translate "{phrase}" into {language}.|Translate "{phrase}" to {language}.|How do you say "{phrase}" in {language}?
        What is "{phrase}" in {language}?|Translate into {language}: {phrase}|Say "{phrase}" in {language}.|"{phrase}" in {language}?
        Please translate "{phrase}" to {language}.|Can you translate "{phrase}" into {language}?|{language} for "{phrase}"?
        I need "{phrase}" in {language}.|Give me the {language} translation of "{phrase}".|How do I say {phrase} in {language}?
        Put "{phrase}" into {language}.|translate {phrase} to {language}|What is the {language} word for "{phrase}"?
        Tell me how to say "{phrase}" in {language}.|Turn "{phrase}" into {language}.|Could you say "{phrase}" in {language}?
        Write "{phrase}" in {language}.|What does one say in {language} for "{phrase}"?|To {language}: {phrase}
        Translate this to {language}: "{phrase}".|Translate this into {language}: {phrase}|How would you say "{phrase}" in {language}?
        I want to say "{phrase}" in {language}.|Do you know "{phrase}" in {language}?""",
    "convert": """Convert {amount} {source} to {target}.|Convert {amount} {source} into {target}.|How much is {amount} {source} in {target}?
        What is {amount} {source} in {target}?|{amount} {source} to {target}|{amount} {source} in {target}?|Change {amount} {source} to {target}.
        How many {target} are {amount} {source}?|Exchange {amount} {source} for {target}.|Turn {amount} {source} into {target}.
        Can you convert {amount} {source} to {target}?|I have {amount} {source}. How much is that in {target}?
        What are {amount} {source} worth in {target}?|convert {amount} {source} to {target}|Tell me {amount} {source} in {target}.
        How many {target} do I get for {amount} {source}?|I want to change {amount} {source} into {target}.
        Please convert {amount} {source} to {target}.|What do I get in {target} for {amount} {source}?|Give me {amount} {source} in {target}.
        Show {amount} {source} in {target}.|It costs {amount} {source}. What is that in {target}?|Calculate {amount} {source} in {target}.
        How much money is {amount} {source} in {target}?|I need {amount} {source} in {target}.|Find out what {amount} {source} is in {target}.""",
    "music": """Play {song}.|Play "{song}".|Play {song} by {artist}.|Play "{song}" by {artist}.|Play something by {artist}.
        Play music by {artist}.|Play some {artist}.|Put on {song}.|Put on something by {artist}.|play {song} by {artist}
        I want to hear {song}.|I want to hear "{song}" by {artist}.|Can you play {song} by {artist}?|Please play "{song}".
        Start the song {song}.|Play the song {song}.|Play the song "{song}" by {artist}.|Could you play something by {artist}?
        Play songs by {artist}.|I would like to listen to {artist}. Play it.|Let me hear {song} by {artist}.|Play me {song}.
        I feel like music by {artist}.|Turn on music by {artist}.|Play the track {song}.|Play a song by {artist}.|Listen to {song}.
        Put on the song "{song}".|Play us "{song}" by {artist}.""",
    "timer": """Set a timer for {minutes} minutes.|Start a timer for {minutes} minutes.|Set a {minutes} minute timer.|timer {minutes} minutes
        Timer for {minutes} minutes.|Start a {minutes} minute timer.|Can you set a timer for {minutes} minutes?|Set the timer to {minutes} minutes.
        Please set a timer for {minutes} minutes.|I need a timer for {minutes} minutes.|{minutes} minutes timer, please.
        Count down {minutes} minutes.|Start the timer, {minutes} minutes.|Give me a timer of {minutes} minutes.|set timer {minutes} min
        The cake needs {minutes} minutes. Set a timer.|The eggs take {minutes} minutes. Start a timer.|Put {minutes} minutes on the timer.
        Could you start a {minutes} minute timer?|Time {minutes} minutes for me.|Make a timer for {minutes} minutes.
        Start a countdown of {minutes} minutes.|I want a timer for {minutes} minutes.|Run a timer for {minutes} minutes.
        New timer: {minutes} minutes.|Set a timer, {minutes} minutes.|Start counting down {minutes} minutes.""",
    "light": """Turn {state} the light in the {room}.|Turn the light in the {room} {state}.|Switch {state} the {room} light.
        Turn {state} the {room} light.|Switch the {room} light {state}.|Turn the {room} lights {state}.|turn {state} the light in the {room}
        Can you turn {state} the light in the {room}?|Please switch {state} the light in the {room}.|{room} light {state}
        Could you switch the light in the {room} {state}?|Lights {state} in the {room}.|Light {state} in the {room}, please.
        Make sure the {room} light is {state}.|I want the light in the {room} {state}.|Set the light in the {room} to {state}.
        Set the {room} light to {state}.|The {room} light should be {state}.|Put the {room} light {state}.|Turn {state} the lamp in the {room}.
        Turn {state} all lights in the {room}.|I am in the {room}. Turn the light {state}.|Please turn the {room} lamp {state}.
        Would you turn {state} the {room} light?|I am going to the {room}. Switch the light {state}.|Switch {state} the lights in the {room}.""",
    "news": """What is the latest news about {topic}?|What's new in {topic}?|Give me the news about {topic}.|News about {topic}?
        Tell me the news on {topic}.|Show me news about {topic}.|Get the latest news on {topic}.|Any news about {topic}?
        What is in the news about {topic}?|Find news on {topic}.|news {topic}|Headlines about {topic}, please.|Latest news on {topic}?
        I want to read news about {topic}.|Can you get me news about {topic}?|Is there any news on {topic}?|Read me the news about {topic}.
        What are the headlines on {topic}?|What happened in {topic} today?|Check the news for {topic}.|What do the news say about {topic}?
        Please show me the latest headlines on {topic}.|I would like the news about {topic}.|What is the news on {topic} today?
        Look up the news about {topic}.|Today's news on {topic}?|Do you have news about {topic}?""",
    "table": """Book a table at {restaurant} for {people} people {evening}.|Book a table for {people} at {restaurant} {evening}.
        Reserve a table for {people} at {restaurant} {evening}.|Can you book a table for {people} at {restaurant} {evening}?
        I want a table at {restaurant} for {people} people {evening}.|Make a reservation at {restaurant} for {people} {evening}.
        Please reserve a table at {restaurant} {evening} for {people} people.|Table for {people} at {restaurant} {evening}, please.
        Get me a table at {restaurant} {evening}. We are {people} people.|Book {restaurant} for {people} people {evening}.
        We are {people} and want to eat at {restaurant} {evening}. Book a table.|I need a table for {people} at {restaurant} {evening}.
        Could you reserve a table for {people} people at {restaurant} {evening}?|Book a table {evening} at {restaurant} for {people}.
        Reserve {restaurant} {evening} for {people} people.|Make a booking for {people} at {restaurant} {evening}.
        Book us a table at {restaurant} {evening}, {people} people.|Find us a table for {people} at {restaurant} {evening}.
        I would like to book a table for {people} people at {restaurant} {evening}.|Dinner at {restaurant} for {people} {evening}. Please book it.
        Reserve a table {evening} for {people} people at {restaurant}.|A table for {people} at {restaurant} {evening}.
        Set up a reservation at {restaurant} for {people} people {evening}.|Please book {restaurant} {evening} for {people}.
        book a table at {restaurant} {evening} for {people}|Reservation at {restaurant} {evening} for {people} guests.
        Can we get a table for {people} at {restaurant} {evening}?""",
    "dice": """Roll a die.|Roll the dice.|Roll a die with {sides} sides.|Roll a {sides} sided die.|Roll a d{sides}.|roll d{sides}|Throw a die.
        Throw a die with {sides} sides.|Can you roll a die?|Can you roll a {sides} sided die?|Please roll a d{sides}.|Roll a die for me.
        Roll a {sides}-sided die.|I need a dice roll with {sides} sides.|Roll one die with {sides} faces.|Give me a dice roll.
        Let the dice roll.|Roll the die with {sides} sides.|Throw the dice.|Could you roll a d{sides} for me?|Do a dice roll.
        Throw a {sides}-sided die.|Use a die with {sides} sides and roll it.|Please throw a die.|Roll a die, {sides} sides.
        I want to roll a d{sides}.|Make a roll with a {sides} sided die.""",
    "list": """Add {item} to the shopping list.|Add {item} to my list.|Put {item} on the shopping list.|Put {item} on my list.
        add {item} to the list|Can you add {item} to my shopping list?|Please add {item} to the list.|Add {item}.|We need {item}. Add it to the list.
        I need {item} on the list.|Write {item} on the shopping list.|Note {item} on my shopping list.|Shopping list: {item}
        Could you put {item} on the list?|Add {item} to our shopping list, please.|I want to buy {item}. Put it on the list.
        Add the item {item} to the list.|We are out of {item}. Put it on the shopping list.|Also add {item} to the list.
        Include {item} in the shopping list.|Place {item} on the list.|The list needs {item}.|Please put {item} on my shopping list.
        There is no {item} left. Add it to my list.|Add some {item} to the list.|Save {item} to the shopping list.|New list item: {item}""",
}.items()}

HELD_ASKS: dict[str, list[str]] = {name: lines(text) for name, text in {
    "weather": """What does the sky look like over {city}?|Any idea what the weather is doing in {city}?|Let me know how warm {city} is.
        I would like a weather update for {city}.|Please look at the weather in {city} and use {unit}.|What are the temperatures in {city}?""",
    "time": """What do the clocks show in {city}?|Any idea what time it is over in {city}?|Let me know the time for {city}.
        I would like to know how late it is in {city}.|What hour is it in {city}?""",
    "sum": """I would like to know what {expr} gives.|Let me know the result of {expr}.|Any idea how much {expr} is?
        Run the numbers on {expr}.|What comes out of {expr}?""",
    "search": """Please go online and search {query}.|See what the web says about {query}.|Let me know what the internet has on {query}.
        I would like you to google {query}.|Start a web search on {query}.""",
    "email": """I would like to send {to} an email saying "{body}".|Shoot {to} an email saying "{body}".|Get an email to {to} that reads "{body}".
        New email to {to}, with subject "{subject}" and body "{body}".|Inform {to} by email that {that}.""",
    "reminder": """I would like a reminder {when} to {task}.|Make sure I remember to {task} {when}.|Ping me {when} to {task}.
        Schedule a reminder to {task} {when}.|Keep me from forgetting to {task} {when}.""",
    "stock": """I would like to know the share price of {symbol}.|Any idea what {symbol} stock costs?|Let me know how {symbol} shares stand.
        How much would a share of {symbol} be?|What do they pay for {symbol} stock?""",
    "translate": """I would like to have "{phrase}" in {language}.|Let me know what "{phrase}" is in {language}.
        Any idea how "{phrase}" is said in {language}?
        Please render "{phrase}" in {language}.|What would "{phrase}" be in {language}?""",
    "convert": """I would like to convert {amount} {source} to {target}.|Any idea what {amount} {source} makes in {target}?
        Let me know the value of {amount} {source} in {target}.|If I swap {amount} {source} for {target}, what do I get?
        See how much {amount} {source} would be in {target}.""",
    "music": """I would like to hear {song} by {artist}.|How about some music by {artist}?|Get {song} playing.|Stream "{song}" by {artist}.
        Let us listen to "{song}".""",
    "timer": """I would like a timer for {minutes} minutes.|Wake me up with a timer in {minutes} minutes.|Let a timer run for {minutes} minutes.
        Ring after {minutes} minutes with a timer.|Begin a timer of {minutes} minutes.""",
    "light": """I would like the {room} light to be {state}.|Get the light in the {room} turned {state}.|Flip the {room} light {state}.
        Have the light {state} in the {room}.|Would you mind switching {state} the light in the {room}?""",
    "news": """I would like to hear what is new about {topic}.|What are the papers writing about {topic}?|Let me know the latest on {topic}.
        Catch me up on the news about {topic}.|Bring me the headlines about {topic}.""",
    "table": """I would like a table for {people} at {restaurant} {evening}.|Get us in at {restaurant} {evening}, table for {people}.
        Have {restaurant} hold a table for {people} people {evening}.|See if {restaurant} has a table for {people} {evening} and book it.
        Arrange a table for {people} guests at {restaurant} {evening}.""",
    "dice": """I would like a roll of a {sides} sided die.|Let us roll a d{sides}.|Toss a die with {sides} sides.|Go and roll some dice.
        Get me a number from a die with {sides} sides.""",
    "list": """I would like {item} on my shopping list.|Make a note on the list to buy {item}.|Let the shopping list have {item}.
        Jot down {item} on the list.|Get {item} onto the shopping list.""",
}.items()}
