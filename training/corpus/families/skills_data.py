"""Word tables for the skills. Each entry is a word and its answer, as word:answer."""


def _pairs(text: str) -> list[tuple[str, str]]:
    entries = [entry.strip() for entry in text.replace("\n", ",").split(",") if entry.strip()]
    return [(entry.split(":")[0], entry.split(":")[1]) for entry in entries]


_OPPOSITES = _pairs("""
hot:cold, big:small, long:short, tall:short, old:new, good:bad, happy:sad, fast:slow, early:late, high:low, up:down, left:right,
in:out, on:off, open:closed, full:empty, light:dark, day:night, black:white, wet:dry, hard:soft, heavy:light, strong:weak,
rich:poor, clean:dirty, loud:quiet, near:far, first:last, win:lose, buy:sell, give:take, push:pull, come:go, start:stop,
begin:end, love:hate, friend:enemy, true:false, yes:no, always:never, all:none, more:less, many:few,
before:after, above:below, inside:outside, front:back, top:bottom, north:south, east:west, summer:winter, man:woman, boy:girl,
king:queen, brother:sister, father:mother, uncle:aunt, son:daughter, husband:wife, question:answer, life:death, war:peace,
thick:thin, wide:narrow, deep:shallow, smooth:rough, sharp:dull, sweet:sour, young:old, easy:difficult, cheap:expensive,
safe:dangerous, brave:cowardly, kind:cruel, polite:rude, clever:stupid, lazy:hard-working, awake:asleep, alive:dead,
sick:healthy, hungry:full, beautiful:ugly, bright:dim, calm:excited, careful:careless, possible:impossible, legal:illegal,
visible:invisible, regular:irregular, patient:impatient, honest:dishonest, lucky:unlucky, fair:unfair, useful:useless,
simple:complicated, public:private, same:different, single:double, male:female, present:absent, past:future, remember:forget,
find:lose, build:demolish, arrive:depart, ask:answer, laugh:cry, sit:stand, sleep:wake, speak:listen, teach:learn,
throw:catch, float:sink, rise:fall, grow:shrink, add:subtract, multiply:divide, import:export, enter:exit, accept:refuse,
agree:disagree, appear:disappear, attack:defend, borrow:lend, connect:disconnect, create:destroy, follow:lead, freeze:melt,
increase:decrease, join:separate, lock:unlock, load:unload, tie:untie, wrap:unwrap, pack:unpack, succeed:fail, praise:blame,
reward:punish, save:spend, send:receive, show:hide, whisper:shout, victory:defeat, hero:villain, guilty:innocent,
generous:stingy, modest:proud, noisy:silent, rare:common, ancient:modern, maximum:minimum, positive:negative, tight:loose,
straight:crooked, raw:cooked, fresh:stale, guest:host, heaven:hell, sunrise:sunset, entrance:exit,
""")

PLURALS = _pairs("""
cat:cats, dog:dogs, book:books, car:cars, tree:trees, house:houses, apple:apples, table:tables, chair:chairs, pen:pens, box:boxes,
fox:foxes, bus:buses, glass:glasses, dress:dresses, brush:brushes, dish:dishes, wish:wishes, church:churches, watch:watches,
peach:peaches, bench:benches, baby:babies, lady:ladies, city:cities, country:countries, story:stories, party:parties,
family:families, berry:berries, cherry:cherries, puppy:puppies, fly:flies, boy:boys, toy:toys, day:days, key:keys,
monkey:monkeys, leaf:leaves, loaf:loaves, wolf:wolves, knife:knives, wife:wives, life:lives, shelf:shelves, half:halves,
thief:thieves, calf:calves, elf:elves, scarf:scarves, man:men, woman:women, child:children, person:people, foot:feet,
tooth:teeth, goose:geese, mouse:mice, louse:lice, ox:oxen, sheep:sheep, deer:deer, fish:fish, tomato:tomatoes, potato:potatoes,
hero:heroes, echo:echoes, piano:pianos, photo:photos, radio:radios, video:videos, zoo:zoos, cactus:cacti, crisis:crises,
policeman:policemen, grandchild:grandchildren, butterfly:butterflies, strawberry:strawberries, sandwich:sandwiches, roof:roofs,
window:windows, door:doors, bird:birds, computer:computers, mailbox:mailboxes, bottle:bottles, flower:flowers,
""")

SYNONYMS = _pairs("""
big:large, small:little, happy:glad, sad:unhappy, fast:quick, begin:start, end:finish, pretty:beautiful, smart:clever, angry:mad,
tired:sleepy, afraid:scared, rich:wealthy, strong:powerful, quiet:silent, loud:noisy, hard:difficult, easy:simple, nice:kind,
funny:amusing, strange:odd, brave:courageous, correct:right, wrong:incorrect, shut:close, speak:talk, look:see, shout:yell,
jump:leap, rush:hurry, buy:purchase, get:receive, give:offer, help:assist, fix:repair, build:construct, break:smash, throw:toss,
cry:weep, laugh:giggle, choose:pick, answer:reply, ask:question, think:believe, like:enjoy, want:desire, need:require,
hide:conceal, show:display, keep:hold, gift:present, friend:pal, child:kid, house:home, road:street, forest:woods, stone:rock,
sea:ocean, ship:boat, job:work, error:mistake, trip:journey, tale:story, picture:image, film:movie, physician:doctor,
teacher:instructor, thief:robber, garbage:trash, sofa:couch, cap:hat, bag:sack, rabbit:bunny, dad:father, mom:mother,
autumn:fall, ill:sick, calm:peaceful, famous:well-known, huge:enormous, tiny:little, hot:boiling, cold:chilly, wet:damp,
clean:spotless, empty:vacant, polite:courteous, lucky:fortunate, sure:certain, whole:entire, modern:new, wonderful:great,
""")

RHYMES = _pairs("""
cat:hat, dog:frog, house:mouse, tree:bee, sun:fun, moon:spoon, star:car, night:light, day:play, sea:me, king:ring, ball:tall,
cake:lake, boat:goat, bear:chair, fish:dish, book:cook, snow:slow, rain:train, red:bed, blue:shoe, green:queen, bug:rug, pig:wig,
hen:pen, fox:box, nose:rose, head:bread, hand:sand, toe:go, knee:key, eye:pie, door:floor, wall:fall, bell:shell, clock:sock,
nail:tail, lamp:stamp, stone:phone, wing:string, bird:word, duck:truck, snake:rake, whale:snail, mice:rice, cold:gold, hot:pot,
warm:storm, big:dig, small:hall, fast:last, sad:glad, good:wood, sky:fly, hill:mill, road:toad, bread:thread, sweet:feet,
dream:cream, sleep:sheep, jump:bump, kite:white, price:ice, coat:throat, heart:part, face:place,
""")

PAST = _pairs("""
go:went, see:saw, eat:ate, drink:drank, run:ran, swim:swam, sing:sang, ring:rang, begin:began, come:came, give:gave, take:took,
make:made, have:had, do:did, say:said, tell:told, sell:sold, think:thought, buy:bought, bring:brought, catch:caught, teach:taught,
fight:fought, find:found, hold:held, hear:heard, keep:kept, sleep:slept, feel:felt, leave:left, meet:met, lose:lost, build:built,
send:sent, spend:spent, lend:lent, write:wrote, ride:rode, drive:drove, rise:rose, speak:spoke, break:broke, steal:stole,
wake:woke, choose:chose, freeze:froze, forget:forgot, get:got, fly:flew, grow:grew, know:knew, throw:threw, blow:blew, draw:drew,
fall:fell, sit:sat, stand:stood, understand:understood, win:won, shine:shone, hide:hid, bite:bit, wear:wore, tear:tore, pay:paid,
put:put, cut:cut, hit:hit, let:let, walk:walked, talk:talked, play:played, work:worked, jump:jumped, help:helped, like:liked,
love:loved, dance:danced, bake:baked, stop:stopped, plan:planned, hop:hopped, cry:cried, try:tried, carry:carried, study:studied,
look:looked, ask:asked, open:opened, climb:climbed, cook:cooked, paint:painted, clean:cleaned, learn:learned,
""")

COLORS = _pairs("""
grass:green, the sky:blue, the sun:yellow, snow:white, blood:red, coal:black, a banana:yellow, a lemon:yellow, a tomato:red,
a strawberry:red, a cherry:red, an orange:orange, a carrot:orange, a pumpkin:orange, a cucumber:green, a lime:green,
a frog:green, a leaf:green, a pea:green, broccoli:green, spinach:green, milk:white, salt:white, sugar:white, rice:white,
a swan:white, a polar bear:white, a cloud:white, cotton:white, paper:white, a crow:black, ink:black, a tire:black, tar:black,
chocolate:brown, coffee:brown, wood:brown, soil:brown, a potato:brown, a coconut:brown, a walnut:brown, an elephant:gray,
a mouse:gray, a rock:gray, ash:gray, a rain cloud:gray, a pig:pink, a flamingo:pink, bubble gum:pink, an eggplant:purple,
lavender:purple, a plum:purple, a violet:purple, a fire truck:red, a stop sign:red, a ladybug:red, a canary:yellow, corn:yellow,
a sunflower:yellow, butter:yellow, an egg yolk:yellow, the sea:blue, a blueberry:blue, a cornflower:blue, a sapphire:blue,
an emerald:green, a ruby:red, a goldfish:orange,
""")

SOUNDS = _pairs("""
cow:moo, dog:woof, cat:meow, sheep:baa, pig:oink, horse:neigh, duck:quack, rooster:cock-a-doodle-doo, hen:cluck, chick:peep,
goat:maa, donkey:hee-haw, frog:ribbit, owl:hoo, crow:caw, bee:buzz, snake:hiss, mouse:squeak, lion:roar, wolf:awoo, turkey:gobble,
pigeon:coo, bird:tweet, goose:honk, bear:growl, tiger:roar, fly:buzz, cuckoo:cuckoo, puppy:yap, kitten:mew, cricket:chirp,
raven:croak, parrot:squawk, lamb:baa,
""")

BABIES = _pairs("""
cow:calf, dog:puppy, cat:kitten, sheep:lamb, pig:piglet, horse:foal, duck:duckling, hen:chick, goat:kid, donkey:foal, frog:tadpole,
owl:owlet, lion:cub, wolf:pup, goose:gosling, bear:cub, tiger:cub, deer:fawn, kangaroo:joey, elephant:calf, whale:calf, rabbit:kit,
fox:kit, swan:cygnet, eagle:eaglet, seal:pup, bat:pup, butterfly:caterpillar, giraffe:calf, zebra:foal, koala:joey, beaver:kit,
hedgehog:hoglet, spider:spiderling, pigeon:squab, hippo:calf, camel:calf, dolphin:calf, penguin:chick, fish:fry, mouse:pup,
""")


def _both_ways(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Opposites in both directions, with one answer for each word."""
    found = dict(pairs)
    for word, other in pairs:
        found.setdefault(other, word)
    return list(found.items())


OPPOSITES = _both_ways(_OPPOSITES)

# How the answer is said: {x} is the word, {y} its answer.
ANSWERS = {
    "opposite": "The opposite of {x} is {y}.", "plural": "The plural of {x} is {y}.", "synonym": "Another word for {x} is {y}.",
    "rhyme": "A word that rhymes with {x} is {y}.", "past": "The past tense of {x} is {y}.", "color": "{x} is {y}.",
    "sound": "{ax} says {y}.", "baby": "A baby {x} is called a {y}.",
}
TABLES = {
    "opposite": OPPOSITES, "plural": PLURALS, "synonym": SYNONYMS, "rhyme": RHYMES, "past": PAST, "color": COLORS,
    "sound": SOUNDS, "baby": BABIES,
}

DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
MONTHS = """January February March April May June July August September October November December""".split()
MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
ORDINALS = """first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth
sixteenth seventeenth eighteenth nineteenth twentieth""".split()
ONES = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
nineteen""".split()
TENS = "zero ten twenty thirty forty fifty sixty seventy eighty ninety".split()
LETTERS = "abcdefghijklmnopqrstuvwxyz"

# From one unit to another: one, many, the smaller unit, how many of it, the largest amount to ask for.
UNITS = [
    ("hour", "hours", "minutes", 60, 12), ("minute", "minutes", "seconds", 60, 12), ("day", "days", "hours", 24, 7),
    ("week", "weeks", "days", 7, 12), ("year", "years", "months", 12, 12), ("kilometer", "kilometers", "meters", 1000, 50),
    ("meter", "meters", "centimeters", 100, 50), ("centimeter", "centimeters", "millimeters", 10, 99),
    ("kilogram", "kilograms", "grams", 1000, 50), ("liter", "liters", "milliliters", 1000, 50), ("dollar", "dollars", "cents", 100, 50),
    ("dozen", "dozen", "pieces", 12, 12), ("decade", "decades", "years", 10, 20), ("century", "centuries", "years", 100, 20),
    ("foot", "feet", "inches", 12, 12), ("yard", "yards", "feet", 3, 20), ("ton", "tons", "kilograms", 1000, 20),
]
