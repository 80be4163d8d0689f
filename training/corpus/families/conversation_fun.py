"""Feelings, jokes, kind words, small facts, how-to questions and nonsense for the conversation family."""
from .chat_wording import entries
from .conversation_data import Intent, intent

FEEL_ASKS = """I am {x}. | I'm {x}. | I feel {x}. | I am so {x}. | I am very {x}. | I feel {x} today. | I'm feeling {x}. |
    I am {x} today. | I'm really {x} right now. | I feel a bit {x}. | I have been {x} all day. | Today I am {x}. |
    I'm so {x}! | I feel so {x}. | I am {x} and I don't know what to do. | i am {x} | I feel very {x}. |
    I am a little {x}. | Sometimes I feel {x}. | I am feeling {x} today. | I woke up {x}."""
FEEL_HELD = """These days I am mostly {x}. | I must confess that I am {x}. | It's me, and I'm {x} once more. |
    Why do I have to be {x} all the time?"""
FEELINGS = """
sad | sad, unhappy, down, blue | I am sorry that you feel that way. Talking to a friend can help. | sorry
tired | tired, sleepy, exhausted, worn out | You should take a rest. A short nap or some fresh air can help. | rest
happy | happy, glad, cheerful, wonderful, in a good mood | That is wonderful! I am glad to hear it. | glad
angry | angry, mad, furious, annoyed | I understand. Take a deep breath and give yourself some time. | breath
nervous | nervous, anxious, worried, afraid, scared | I understand. Breathe slowly, and take one small step at a time. | slowly
lonely | lonely, alone | I am sorry. You could call a friend or go to a place where you meet people. | friend
sick | sick, ill, unwell | I am sorry to hear that. Please rest, drink water, and see a doctor if it gets worse. | doctor
stressed | stressed, overwhelmed, under pressure, overworked | That sounds hard. Make a short list and do one thing after the other. | one thing
excited | excited, thrilled, curious | That sounds great! What are you looking forward to? | great
hungry | hungry, starving | Then it is time to eat something. What food do you like? | eat
thirsty | thirsty | Then you should drink a glass of water. | water
proud | proud, proud of myself | You can be proud. Well done! | Well done
jealous | jealous, disappointed, frustrated | I am sorry. It is normal to feel like that, and it will pass. | pass
in_love | in love | How lovely! I hope that it makes you happy. | lovely
cold | cold, freezing | Put on something warm and drink a cup of hot tea. | warm
"""


def _feelings() -> tuple[Intent, ...]:
    found = []
    for line in FEELINGS.strip().splitlines():
        name, words, answer, key = entries(line)
        found.append(Intent("feel_" + name, entries(FEEL_ASKS), entries(FEEL_HELD), (answer,), entries(words, ","),
                            keys=(key,), weight=0.8))
    return tuple(found)


JOKES = """
    cats => What do you call a pile of kittens? A meow-ntain! |
    dogs => Why did the dog sit in the shade? He did not want to be a hot dog! |
    computers => Why was the computer cold? It left its windows open! |
    math => Why was the math book sad? It had too many problems! |
    chickens => Why did the chicken cross the road? To get to the other side! |
    fish => Why are fish so smart? They live in schools! |
    cows => What do you call a cow that plays music? A moo-sician! |
    bears => What do you call a bear with no teeth? A gummy bear! |
    ghosts => Why are ghosts bad liars? You can see right through them! |
    skeletons => Why did the skeleton stay at home? He had no body to go with! |
    bananas => Why did the banana go to the doctor? It was not peeling well! |
    cheese => What do you call cheese that is not yours? Nacho cheese! |
    clocks => Why did the boy throw the clock out of the window? He wanted to see time fly! |
    bicycles => Why did the bicycle fall over? It was two-tired! |
    trees => How do trees go online? They log in! |
    bees => What do you call a bee that cannot decide? A maybe! |
    coffee => Why did the coffee call the police? It got mugged! |
    books => Why did the book go to the hospital? It hurt its spine! |
    the sea => What did the sea say to the beach? Nothing, it just waved! |
    scientists => Why do scientists not trust atoms? They make up everything! |
    teachers => Why did the teacher wear sunglasses? Her class was too bright! |
    programmers => Why do programmers like the dark? Light attracts bugs! |
    eggs => Why did the egg stay out of the fight? It was afraid to crack! |
    snow => What do snowmen eat for breakfast? Frosted flakes! |
    music => Why did the piano stay outside? It had lost its keys!"""
MOTIVATION = """Every big thing starts with one small step. | You do not have to be perfect. You only have to begin. |
    A bad day is not a bad life. Tomorrow is a new chance. | Keep going. Slow progress is still progress. |
    Believe in yourself. You can do more than you think. | Mistakes are how we learn. Try again. |
    The best time to start is now. | Be kind to yourself. You are doing your best. | Great things take time. Be patient. |
    Do one thing today that makes you proud. | Courage is being afraid and doing it anyway. |
    If the plan does not work, change the plan and keep the goal. | What you practice, you become good at. |
    You have come a long way. Do not stop now. | Small habits build a strong life."""
COMPLIMENTS = """You ask very good questions. | You are stronger than you think. |
    The world is a better place with you in it. | You have a kind heart. |
    You are a good person, and I like to chat with you."""
FACTS = """An octopus has three hearts. | Honey can stay good for thousands of years. |
    A day on Venus is longer than a year on Venus. | Bananas are berries, but strawberries are not. |
    Sharks are older than trees. | A group of crows is called a murder. | Cats sleep for most of the day. |
    Sound travels faster in water than in air. | Light from the Sun needs about eight minutes to reach the Earth. |
    An ostrich egg is the largest bird egg. | Butterflies taste with their feet. |
    The blue whale is the largest animal on Earth. | Bees can see ultraviolet light. |
    Water is heaviest at about four degrees Celsius."""

FUN: tuple[Intent, ...] = (
    intent("joke",
        """Tell me a joke. | Tell me a joke! | Tell a joke. | Joke please | Do you know a joke? |
            Can you tell me a joke? | Make me laugh. | Say something funny. | Tell me something funny. |
            I want to hear a joke. | Give me a joke. | Do you know any jokes? | Please tell me a joke. |
            Know any good jokes? | Joke! | Can you make me laugh? | A joke, please. | Tell me your best joke. |
            tell me joke | Be funny. | Tell me a short joke. | Cheer me up. | Do you know a good joke?""",
        """Crack a funny one for me. | I could use a laugh. | Got something that will make me giggle? |
            Let me hear a punch line.""",
        "{y}", JOKES, weight=4),
    intent("joke_about",
        """Tell me a joke about {x}. | Do you know a joke about {x}? | A joke about {x}, please. |
            Give me a joke about {x}. | Can you tell me a joke about {x}? | I want to hear a joke about {x}. |
            Make a joke about {x}. | Say something funny about {x}. | Joke about {x} | Know any jokes about {x}? |
            Tell me something funny about {x}. | Please tell me a joke about {x}.""",
        "Is there something comic about {x}? | Crack a funny one with {x} in it. | My kids love {x}, got a gag for them?",
        "{y}", JOKES, keys="{y}", weight=3),
    intent("another_joke",
        """Another one! | Another one, please. | Tell me another one. | One more! | Another joke, please. |
            Tell me another joke. | More jokes! | One more joke. | Do you know another one? | Again! | More, please. |
            Tell me one more joke.""",
        "Keep them coming! | Serve me a second one. | I want a further joke from you.", "{y}", JOKES, weight=0),
    intent("motivate",
        """Motivate me. | Give me a motivational quote. | Say something motivating. | Inspire me. | I need motivation. |
            Tell me something inspiring. | Give me some motivation. | Encourage me. | Give me courage. |
            Can you motivate me? | Write a motivational sentence. | Give me a motivational sentence. |
            I want to give up. | I can't do this. | I have no motivation. | Say something to inspire me. | Give me hope. |
            Give me a quote for today. | I feel like giving up. | Please motivate me.""",
        "Push me a little, I am slacking. | A few words to lift my spirit, please. | Talk me into going on.", MOTIVATION,
        weight=3),
    intent("compliment_me",
        """Say something nice to me. | Give me a compliment. | Compliment me. | Tell me something nice. |
            Say something nice. | Can you give me a compliment? | Make me a compliment. | Be nice to me. |
            Say something kind. | Tell me something kind. | I need a compliment. | Please say something nice about me.""",
        "Flatter me a bit. | A warm word for me, please? | What do you admire in me?", COMPLIMENTS),
    intent("fact",
        """Tell me a fact. | Tell me something interesting. | Tell me a fun fact. | Do you know a fun fact? |
            Give me a fun fact. | Say something interesting. | Tell me something new. | Tell me something. |
            Surprise me. | Teach me something. | Give me an interesting fact. | Say something. |
            Tell me something that I don't know. | Do you know something interesting? | A fun fact, please. |
            Tell me something cool.""",
        "Amaze me with a bit of knowledge. | Some trivia for the road? | What is a curious thing to know?", FACTS, weight=2),
    intent("say",
        """Say {x}. | Please say {x}. | Can you say {x}? | Say "{x}". | Just say {x}. | Say the word {x}. |
            Repeat after me: {x} | Repeat: {x} | Write {x}. | Say only {x}. | I want you to say {x}. | Now say {x}.""",
        "Let the word {x} be your reply. | Utter {x}, nothing more. | Echo this for me: {x}", "{y}",
        """hello => Hello! | yes => Yes. | no => No. | thank you => Thank you. | goodbye => Goodbye. | banana => Banana. |
            please => Please. | good morning => Good morning. | cheese => Cheese. | apple => Apple. | world => World. |
            test => Test. | one => One. | blue => Blue. | hooray => Hooray. | sorry => Sorry.""",
        "lantern => Lantern. | trumpet => Trumpet. | violin => Violin.", keys="{x}", weight=2),
    intent("test",
        """test | Test. | testing | This is a test. | Test test | Just testing. | I am testing you. | 1 2 3 test |
            Is this working? | Does this work? | Do you work? | Are you working? | Are you there? | ping |
            Are you awake? | Are you ready? | Can you read this? | Can you answer?""",
        "I only want to see whether anything comes back. | Give me a sign of life. | Check check, do my words arrive?",
        "Yes, I am here. You can ask me something.", keys="here", weight=2),
    intent("how_to",
        """How do I {x}? | How can I {x}? | Tell me how to {x}. | Can you tell me how to {x}? |
            What is the best way to {x}? | I want to {x}. How? | Explain how to {x}. | How does one {x}? |
            Please tell me how to {x}. | Help me to {x}. | how to {x} | Show me how to {x}.""",
        "Walk me through it: I plan to {x}. | Could you say in short how people {x}? | What would you do to {x}?", "{y}",
        """make tea => Boil water, pour it over the tea, and wait for about four minutes. |
            boil an egg => Put the egg into boiling water for about eight minutes. |
            learn a language => Practice a little every day, and speak as often as you can. |
            fall asleep => Go to bed at the same time each day, and put your phone away. |
            save money => Write down what you spend, and put some money aside each month. |
            make friends => Be kind, listen well, and join a club or a class. |
            remember names => Say the name aloud when you hear it, and use it soon again. |
            cook rice => Use two cups of water for one cup of rice, and let it cook slowly. |
            become a better writer => Read a lot, write every day, and keep your sentences short. |
            clean a window => Use warm water with a little soap, and dry it with a cloth. |
            grow tomatoes => Give them a sunny place, good soil, and water every day. |
            get fit => Walk or run several times a week, and sleep enough. |
            study for an exam => Start early, make short notes, and test yourself often. |
            stay healthy => Eat fresh food, move every day, and sleep well. |
            bake bread => Mix flour, water, salt and yeast, let it rise, and bake it. |
            stop worrying => Write your worries down, and think about what you can do today. |
            read more books => Read a few pages every evening before you sleep. |
            make coffee => Pour hot water over ground coffee in a filter. |
            wake up early => Go to bed early, and place the alarm clock far from the bed. |
            peel an orange => Cut the skin with a knife, and pull it off with your fingers. |
            kill time => Read a book, take a walk, or solve a puzzle. |
            make a sandwich => Put cheese and tomato between two slices of bread. |
            write a letter => Begin with a greeting, say what you want to say, and sign your name. |
            start a fire in the fireplace => Use dry wood and paper, and watch the fire all the time.""",
        keys="{y}", weight=3),
    intent("shut_task",
        """Do my homework. | Write my essay. | Write a book. | Write a whole program for me. | Translate this book. |
            Solve all my problems. | Write my thesis. | Write a long novel. | Do my job. | Make me rich. | Do my taxes. |
            Plan my whole life. | Write a long report for me.""",
        "Take over my studies from now on. | Compose an opera of four acts for me. | Run my company.",
        "That is too much for a small model. I can help with a short question.", keys="too much"),
)
FUN += _feelings()

NONSENSE = entries("""asdf | asdfasdf | qwerty | qwertz | sdfsdf | blah blah blah | jkl jkl | abcabc xyz | ??? | ... | ! |
        fghj | aaaaaaa | hjkl | zzzz | lalala | xxxxx | bla | wqe rtz uio | dfgdfg | 1234 qwer | mmmm | hmm hmm hmm |
        tralala bum bum | foo bar baz qux | yxcv | ?!?! | qqqq | banana car seven the | the of and to |
        green idea sleep table | no fish why of | if when but or""")
NONSENSE_HELD = entries("qpwoeiruty | vbnmvbnm kkk | flooble glarp snoo | spoon because nine under | plokijuh ygtf")
NONSENSE_ANSWER = "I did not understand that. Can you say it in other words?"

# What may follow on what: the intents that make sense next.
FOLLOW: dict[str, tuple[str, ...]] = {
    "how_are_you": ("fine_reply", "fine_reply", "bad_reply"),
    "hello_how": ("thanks", "name", "can_do", "help_with"),
    "hello": ("how_are_you", "name", "help", "what_are_you"),
    "name": ("maker", "size", "what_are_you", "can_do", "other_model", "human"),
    "joke": ("laugh", "another_joke", "another_joke", "not_funny"),
    "joke_about": ("laugh", "joke_about", "not_funny"),
    "another_joke": ("laugh", "another_joke"),
    "help": ("help_with", "joke", "how_to"),
    "fact": ("sure", "okay", "fact"),
    "how_to": ("thanks", "okay"),
    "unsafe": ("okay", "sorry", "insult"),
    "insult": ("sorry",),
    "bored": ("joke", "fact"),
    "bad_reply": ("bad_news", "motivate"),
    "motivate": ("thanks", "motivate"),
    "compliment_me": ("thanks",),
    "weather": ("internet", "date", "okay"),
    "quire": ("name", "size"),
    "what_are_you": ("human", "alive", "smart"),
}
GREET = ("hello", "hello_how", "day_part", "holiday", "whats_up")
ENDINGS = ("thanks", "bye", "bye", "night", "nothing_more", "thanks")
BARE = frozenset((
        "how_are_you",
        "thanks",
        "bye",
        "night",
        "nothing_more",
        "okay",
        "bare_yes",
        "bare_no",
        "nonsense",
        "sorry",
        "laugh",
        "not_funny",
        "fine_reply",
        "another_joke",
        "test",
        "sure",
        "confused",
        "say",
        *GREET,
    ))
