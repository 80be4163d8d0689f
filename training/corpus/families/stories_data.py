"""Slots, openings and requests for the stories. The plots are in stories_plots1.py and following."""

GIRLS = frozenset("""Anna Clara Emma Grace Ivy Kate Mia Olivia Rosa Tina Vera Xenia Zoe Bella Dora Fiona Hanna Julia Lena Nina
Petra Sara Una Wendy Yara Alice Carol Eva Gina Iris Karen Maria Olga Ruth Ursula Amy Cindy Ella Gloria Ines Kim Molly Priya
Rachel Tara Viola Wanda Aisha Chloe Elena Greta Ilse Lara Nora Pia Sofia Uma Yuki Zara Bianca Daisy Flora Helen Jane Lily Nadia
Paula Silvia Vicky Ada Cora Edith Gwen Irene Luna Naomi Penny Rosie Stella Tess Vivian Brenda Diana Bridget Delia Freya Hazel
Jasmine Lydia Nelly Phoebe Rebecca Trudy Veronica Yolanda Zelda Camille Esther""".split())

ANIMALS = "rabbit mouse bear fox hedgehog squirrel pig lamb mole badger elephant monkey lion raccoon".split()
BIRDS = "sparrow robin blackbird swallow finch".split()
PET_NAMES = """Biscuit Pepper Spot Fluffy Button Coco Patch Pickle Cookie Muffin Rusty Bean Lucky Peanut Socks Ginger Misty Noodle
Pumpkin Bubbles Waffle Cinnamon Dusty Mango Truffle Pebble""".split()
FURS = "brown white black gray spotted golden".split()
COLORS = "red blue green yellow orange purple pink".split()
HELPERS = [("Mom", "she"), ("Dad", "he"), ("Grandma", "she"), ("Grandpa", "he"), ("Mother", "she"), ("Father", "he")]
TRAITS = "kind little cheerful clever curious gentle friendly happy young lively".split()

CHILD_HOMES = ["a small village near the forest", "a little house on a hill", "a quiet town by the river",
               "a white house with a blue door", "a small town between two hills", "an old house next to the mill",
               "a little house at the end of the road", "a green valley", "a small village in the mountains",
               "a yellow house with a red roof", "a little house with a big garden", "a village with three streets"]
ANIMAL_HOMES = ["a cozy hole under an old tree", "a little house in the forest", "a green meadow near a river",
                "the middle of a big forest", "a green valley", "a small house behind the hill", "an old house near the mill",
                "a little house with a round door"]
BIRD_HOMES = ["a big old tree", "a green forest", "a quiet park", "the apple tree behind a farm", "a tall tree by the river"]

ONCE = [
    "Once upon a time, there was a {trait} {kid} named {N}. {He} lived in {home}.",
    "Once upon a time, there was a {trait} {kid} named {N}.",
    "Once upon a time, there was a {kid} named {N}, who lived in {home}.",
    "Once upon a time, there was a {trait} {kid}. {His} name was {N}, and {he} lived in {home}.",
    "Once upon a time, there was a {trait} {kid} who was called {N}.",
    "Once upon a time, in {home}, there was a {trait} {kid} named {N}.",
    "Once upon a time, there lived a {trait} {kid} named {N} in {home}.",
]
OTHER = [
    "There was once a {trait} {kid} named {N}, who lived in {home}.",
    "There was once a {kid} named {N}. Everybody knew {him}, because {he} was so {good}.",
    "Long ago, in {home}, there lived a {trait} {kid} named {N}.",
    "In {home} lived a {trait} {kid}. {His} name was {N}.",
    "This is the story of {N}, a {trait} {kid} who lived in {home}.",
    "{N} was a {trait} {kid} who lived in {home}.",
    "Not so long ago, there was a {trait} {kid} named {N}. {He} lived in {home}.",
    "Far away, in {home}, there was a {trait} {kid} who was called {N}.",
]
MORNING = [
    "One [sunny|fine|bright|quiet] morning, a {trait} {kid} named {N} woke up early. {He} lived in {home}.",
    "One [sunny|fine|bright|cool] morning, a {kid} named {N} sat in front of {his} home. {He} was a {trait} {kid}.",
    "It was a [sunny|fine|bright|quiet] morning. A {trait} {kid} named {N} looked out and smiled.",
]
GOOD = ["kind", "friendly", "cheerful", "full of ideas", "good to others"]
ONE_DAY = ["One day", "One day", "One fine day", "Then one day", "One Saturday"]
THAT_DAY = ["That day", "Later that day", "On that day"]

ABOUT = ["a {kid} = {kid}", "a {trait} {kid} = {kid}", "a {kid} named {N} = {N}", "a {kid} called {N} = {N}"]

REQUESTS = [
    "Tell me a story about {x}.", "Write a short story about {x}.", "Can you tell me a story about {x}?",
    "Please write a little story about {x}.", "I want to hear a story about {x}.", "Tell me a bedtime story about {x}.",
    "Make up a story about {x}.", "Write a story for children about {x}.", "tell me a story about {x}",
    "Please tell me a short story about {x}.", "A story about {x}, please.", "Do you know a story about {x}?",
    "Could you write a short story about {x}?", "write a story about {x}", "My daughter wants a story about {x}.",
]
PLAIN_REQUESTS = [
    "Write a short story.", "Tell me a story.", "Tell me a bedtime story.", "Please write a little story.",
    "Can you tell me a story?", "tell me a story", "Write a story for children.", "I want to hear a story.",
]
MORE_REQUESTS = ["Another one, please.", "Tell me another story.", "That was nice. One more, please.", "Can you tell me one more?"]
HELD_REQUESTS = [
    "Could you invent a small tale about {x} for me?", "I would love a story with {x} in it.",
    "Story time! Today it should be about {x}.",
]
