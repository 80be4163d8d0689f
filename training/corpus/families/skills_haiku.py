"""Haiku of five, seven and five syllables, by subject. A slash separates the lines."""

_HAIKU = """
coding: Lines of quiet code / one small error hides from me / then the program runs
programming: I tell the machine / step by step what it should do / it does what I said
computers: The screen starts to glow / cold numbers dance in the box / the fan hums softly
debugging: One mark out of place / I search for it half the night / coffee, and then joy
a keyboard: Small keys, row by row / fingers fall on them like rain / a letter is born
the internet: A web without threads / it ties the whole world in one / we talk in the light
a robot: Metal hands, bright eyes / it asks me what a dream is / I try to explain
data: Rows and rows of facts / somewhere in them hides a truth / I sort and I look
math: One and one make two / numbers walk in a straight line / the answer shines through
science: Why is the sky blue? / We ask, we test, we find out / and then we ask more
the sea: Blue waves kiss the sand / the gulls call above the foam / the tide walks away
the beach: Footprints on wet sand / a child runs after the foam / the wave takes them back
rain: Soft rain on the roof / small rivers run down the street / the garden drinks deep
autumn: Red leaves start to fall / the wind carries them away / bare trees wait for snow
winter: Snow on the thin branch / the world holds its breath and sleeps / white and still and cold
spring: A small bud opens / the birds come back to the trees / warm light fills the air
summer: Long days full of sun / children laugh beside the lake / the night smells of grass
snow: White flakes drift to earth / each one finds a place to rest / no one makes a sound
the wind: No one can see it / it bends the grass and the trees / it hums in my ears
a storm: The sky turns to ink / thunder rolls over the hills / then one small bird sings
clouds: White ships in the sky / they have no port and no plan / the wind is their home
the sun: It climbs up the hill / it gives gold to all of us / and asks for nothing
the moon: Round lamp in the sky / it paints the dark fields silver / a cat sits and looks
stars: Tiny lights above / so far away and so old / they shine just for us
the night: The last lamp goes out / the house creaks and then is still / stars look through the glass
the morning: Gold light on the wall / the kettle begins to sing / the day stretches out
a river: Water over stones / it sings the same song all day / and runs to the sea
a mountain: Gray stone in the clouds / a thousand years without words / the snow never leaves
the forest: Tall trees side by side / green light falls on moss and fern / a deer lifts its head
the desert: Sand, and then more sand / the wind writes and wipes it off / stars drink the silence
a garden: Seeds sleep in dark earth / I water them and I wait / one day there is green
a tree: Deep roots in the ground / branches reach up for the light / a nest in its arms
a flower: Closed in the cold night / it opens with the first sun / a bee comes to drink
an apple: Red and round and sweet / one bite, and the summer speaks / seeds sleep in the core
a cat: The cat on the sill / her tail moves slow like a thought / then she is asleep
a dog: He waits at the door / his tail beats like a small drum / you are home at last
a bird: A song in the tree / small wings open to the wind / the branch moves and rests
a frog: Green frog on a leaf / it looks at its own round face / one jump, and it sinks
a fish: Silver in the stream / a quick turn, and it is gone / the water closes
a horse: Hooves on the wet field / his breath makes clouds in the cold / he runs with the wind
a mouse: Small feet in the wall / a crumb is a feast for you / the cat is asleep
a bee: Busy golden bee / you carry summer with you / from bloom to bright bloom
a butterfly: Two wings, paper thin / it visits each open rose / and takes no straight path
a spider: A net made of light / the dew hangs its pearls on it / she waits, very still
tea: Steam over the cup / two hands hold the gentle warmth / the rain can wait now
coffee: Dark cup in my hand / the first sip opens my eyes / now the day can start
bread: White dust on my hands / the dough sleeps, then starts to rise / warm bread fills the house
books: A door made of words / I turn one page and walk through / my chair stays behind
music: One string starts to sing / the whole room begins to move / even the clock dreams
school: Chalk dust in the light / a small hand goes up and waits / the bell sets us free
a friend: You sit next to me / we do not need many words / the bench feels like home
love: Two cups, one table / your laugh is the song I like / the clock slows for us
time: The clock never stops / each second falls like a leaf / and then it is gone
a train: Iron wheels keep time / fields and towns fly past the glass / someone waves at me
a boat: One sail on the bay / the wind leans on it and laughs / the shore grows smaller
a bridge: Stone arms reach across / two banks that had never met / now share the same road
the city: Lights in each window / ten thousand stories at once / the street never sleeps
home: A light in the hall / soup on the stove, shoes in rows / somebody waits here
sleep: The day folds its wings / thoughts drift off like little boats / the pillow is soft
a dream: I flew last night, high / over roofs and over seas / my bed did not move
peace: No drum and no shout / a field, a breeze, and a bench / hands open, hearts too
a child: Mud up to the knees / a pocket full of round stones / treasure for a king
a grandmother: Old hands, soft as silk / she tells how it was back then / the cookies are warm
a birthday: Ten small flames that dance / one wish that nobody hears / the cake is all mine
a snowman: Three balls and a hat / he smiles until the warm days / then he walks away
a candle: One flame in the dark / the shadows dance on the wall / wax tears, slow and warm
a campfire: Sparks fly to the stars / we tell stories in the smoke / the night comes closer
"""

HAIKU: dict[str, str] = {}
for _line in _HAIKU.strip().splitlines():
    _subject, _poem = _line.split(": ", 1)
    HAIKU[_subject] = _poem.replace(" / ", "\n")
