"""Categories with their members in a fixed order: one of them | many of them | the members."""

_LISTS = """
a fruit|fruits|apple, banana, cherry, orange, pear, grape, plum, peach, mango, kiwi
a vegetable|vegetables|carrot, potato, tomato, onion, cucumber, pea, bean, cabbage, spinach, pepper
an animal|animals|dog, cat, horse, cow, lion, elephant, bear, rabbit, mouse, monkey
a farm animal|farm animals|cow, pig, sheep, goat, horse, chicken, duck, goose, donkey, turkey
a wild animal|wild animals|lion, tiger, wolf, bear, elephant, giraffe, zebra, fox, leopard, hippo
a pet|pets|dog, cat, hamster, rabbit, goldfish, parrot, guinea pig, turtle, canary, mouse
a bird|birds|sparrow, eagle, owl, robin, crow, swan, pigeon, parrot, penguin, duck
a fish|fish|salmon, tuna, trout, cod, shark, carp, herring, pike, goldfish, eel
an insect|insects|ant, bee, fly, butterfly, beetle, mosquito, wasp, cricket, ladybug, moth
a sea animal|sea animals|whale, dolphin, shark, octopus, crab, seal, jellyfish, starfish, turtle, squid
a reptile|reptiles|snake, lizard, crocodile, turtle, gecko, iguana, alligator, chameleon
a tree|trees|oak, pine, birch, maple, beech, willow, ash, elm, fir, palm
a flower|flowers|rose, tulip, daisy, lily, sunflower, violet, orchid, poppy, lavender, daffodil
a color|colors|red, blue, green, yellow, orange, purple, pink, black, white, brown
a shape|shapes|circle, square, triangle, rectangle, oval, star, diamond, hexagon, pentagon, heart
a planet|planets|Mercury, Venus, Earth, Mars, Jupiter, Saturn, Uranus, Neptune
a continent|continents|Africa, Asia, Europe, North America, South America, Australia, Antarctica
a country|countries|France, Germany, Italy, Spain, Japan, China, India, Brazil, Canada, Egypt
a country in Europe|countries in Europe|France, Germany, Italy, Spain, Portugal, Poland, Greece, Sweden, Norway, Austria
a country in Asia|countries in Asia|China, Japan, India, Thailand, Vietnam, Indonesia, Nepal, Iran, Mongolia, Malaysia
a country in Africa|countries in Africa|Egypt, Kenya, Nigeria, Morocco, Ghana, Ethiopia, Algeria, Senegal, Tanzania, Uganda
a capital city|capital cities|Paris, London, Berlin, Rome, Madrid, Tokyo, Vienna, Athens, Lisbon, Cairo
a river|rivers|Nile, Amazon, Danube, Rhine, Mississippi, Thames, Volga, Ganges, Seine, Congo
a mountain|mountains|Everest, K2, Kilimanjaro, Mont Blanc, Matterhorn, Fuji, Denali, Elbrus
an ocean or sea|oceans and seas|Pacific Ocean, Atlantic Ocean, Indian Ocean, Arctic Ocean, Black Sea, Red Sea, Baltic Sea, North Sea
a language|languages|English, Spanish, French, German, Chinese, Japanese, Arabic, Russian, Italian, Hindi
a body part|body parts|head, arm, leg, hand, foot, nose, ear, eye, mouth, back
an organ of the body|organs of the body|heart, lung, liver, kidney, stomach, brain, skin, bladder
a piece of clothing|pieces of clothing|shirt, pants, dress, skirt, coat, hat, sock, scarf, sweater, jacket
a kind of shoe|kinds of shoes|boot, sandal, slipper, sneaker, high heel, clog, loafer, flip-flop
a color of the rainbow|colors of the rainbow|red, orange, yellow, green, blue, indigo, violet
a musical instrument|musical instruments|piano, guitar, violin, drum, flute, trumpet, cello, harp, clarinet, saxophone
a sport|sports|soccer, tennis, basketball, swimming, running, cycling, hockey, golf, boxing, skiing
a game|games|chess, checkers, hide and seek, tag, dominoes, bingo, darts, hopscotch, marbles, cards
a toy|toys|ball, doll, teddy bear, kite, puzzle, train, car, robot, yo-yo, drum
a hobby|hobbies|reading, painting, singing, dancing, cooking, fishing, hiking, gardening, knitting, chess
a job|jobs|doctor, teacher, baker, farmer, police officer, firefighter, nurse, cook, pilot, driver
a school subject|school subjects|math, English, history, geography, biology, physics, chemistry, art, music, sports
a thing in a classroom|things in a classroom|desk, chair, board, chalk, book, pen, map, clock, ruler, globe
a thing to write with|things to write with|pen, pencil, chalk, marker, crayon, brush, feather, keyboard
a piece of furniture|pieces of furniture|table, chair, bed, sofa, desk, shelf, wardrobe, stool, bench, cupboard
a room|rooms|kitchen, bathroom, bedroom, living room, hall, attic, cellar, garage, office, dining room
a thing in a kitchen|things in a kitchen|pot, pan, knife, fork, spoon, plate, cup, oven, bowl, fridge
a tool|tools|hammer, saw, screwdriver, drill, wrench, pliers, axe, shovel, rake, file
a vehicle|vehicles|car, bus, train, bike, truck, ship, plane, tram, motorcycle, boat
a drink|drinks|water, milk, tea, coffee, juice, lemonade, hot chocolate, soda, cider, smoothie
a hot meal|hot meals|soup, pizza, pasta, stew, curry, omelet, pancake, lasagna, risotto, burger
a dessert|desserts|cake, ice cream, pudding, pie, cookie, chocolate, brownie, jelly, muffin, waffle
a spice|spices|salt, pepper, cinnamon, ginger, paprika, curry, nutmeg, vanilla, saffron, clove
a herb|herbs|basil, parsley, mint, thyme, rosemary, sage, dill, oregano, chives, coriander
a kind of cheese|kinds of cheese|cheddar, gouda, brie, feta, mozzarella, parmesan, camembert, ricotta
a nut|nuts|walnut, hazelnut, almond, peanut, cashew, pistachio, pecan, chestnut
a berry|berries|strawberry, raspberry, blueberry, blackberry, cranberry, gooseberry, elderberry, mulberry
a metal|metals|gold, silver, iron, copper, tin, lead, zinc, aluminum, nickel, platinum
a gemstone|gemstones|diamond, ruby, emerald, sapphire, opal, topaz, amethyst, pearl, garnet, jade
a material|materials|wood, stone, metal, glass, paper, plastic, wool, cotton, leather, silk
a day of the week|days of the week|Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday
a month|months|January, February, March, April, May, June, July, August, September, October, November, December
a kind of weather|kinds of weather|sun, rain, snow, wind, fog, storm, hail, frost, thunder, drizzle
a feeling|feelings|joy, anger, fear, love, sadness, surprise, pride, shame, hope, envy
a good quality|good qualities|kindness, courage, honesty, patience, loyalty, humor, respect, generosity
a programming language|programming languages|Python, Java, C, JavaScript, Rust, Go, Ruby, Swift, Kotlin, Haskell
a part of a computer|parts of a computer|screen, keyboard, mouse, processor, memory, fan, disk, speaker, camera, cable
a part of a house|parts of a house|roof, wall, door, window, floor, chimney, stairs, cellar, balcony, ceiling
a part of a car|parts of a car|wheel, engine, door, window, seat, brake, mirror, trunk, horn, light
a family member|family members|mother, father, sister, brother, grandmother, grandfather, aunt, uncle, cousin, daughter
a fairy tale being|fairy tale beings|dragon, witch, wizard, giant, dwarf, elf, fairy, unicorn, mermaid, troll
a verb|verbs|go, see, eat, drink, run, sleep, write, read, jump, sing
an adjective|adjectives|big, small, red, happy, old, new, fast, slow, warm, cold
a noun|nouns|house, tree, dog, book, water, sun, table, friend, city, apple
a boy's name|boys' names|Tom, Ben, Jack, Paul, Adam, Leo, Henry, Sam, David, Max
a girl's name|girls' names|Anna, Emma, Mia, Clara, Lena, Rosa, Julia, Kate, Nora, Alice
"""

LISTS: list[tuple[str, str, list[str]]] = []
for _line in _LISTS.strip().splitlines():
    _one, _many, _members = _line.split("|")
    LISTS.append((_one, _many, _members.split(", ")))
