"""First names and cities. The HELD_ lists occur in no training document.

Lists alone would be learned by heart. Half of the names in training are coined instead: who reads a new one every time
can only copy it, and a held-out name is then nothing new.
"""
from random import Random

NAMES = """Anna Ben Clara David Emma Felix Grace Henry Ivy Jack Kate Liam Mia Noah Olivia Paul Quinn Rosa Sam Tina Umar Vera Will
Xenia Yusuf Zoe Adam Bella Carl Dora Eric Fiona George Hanna Ian Julia Kevin Lena Mark Nina Oscar Petra Ralph Sara Tom Una Victor
Wendy Yara Zack Alice Bob Carol Dan Eva Frank Gina Hugo Iris John Karen Leo Maria Nick Olga Peter Ruth Steve Theo Ursula Vince
Walter Amy Bruno Cindy Diego Ella Fred Gloria Harry Ines James Kim Lucas Molly Nathan Omar Priya Rachel Simon Tara Viola Wanda
Aisha Boris Chloe Derek Elena Farid Greta Hiro Ilse Jonas Kyle Lara Mateo Nora Otto Pia Ravi Sofia Tariq Uma Vlad Wei Yuki Zara
Abel Bianca Cesar Daisy Emil Flora Gavin Helen Ivan Jane Karl Lily Max Nadia Owen Paula Robin Silvia Toby Vicky Ada Basil Cora
Dean Edith Finn Gwen Howard Irene Joel Kurt Luna Miles Naomi Oliver Penny Rosie Stella Tess Vivian Wyatt Alan Brenda Colin Diana""".split()
HELD_NAMES = """Arthur Bridget Conrad Delia Edgar Freya Gordon Hazel Isaac Jasmine Keith Lydia Martin Nelly Orson Phoebe Quentin
Rebecca Stuart Trudy Ulrich Veronica Wesley Yolanda Zelda Albert Camille Dexter Esther Franco""".split()

CITIES = """London Paris Berlin Madrid Rome Vienna Oslo Tokyo Delhi Cairo Lima Boston Chicago Dallas Denver Miami Seattle Toronto
Sydney Dublin Lisbon Prague Warsaw Athens Bern Helsinki Stockholm Brussels Budapest Kyiv Nairobi Lagos Accra Bogota Quito Havana
Seoul Beijing Shanghai Osaka Mumbai Karachi Dhaka Bangkok Hanoi Manila Jakarta Singapore Melbourne Auckland Munich Hamburg Milan
Naples Barcelona Porto Lyon Zurich Geneva Glasgow Leeds Bristol Houston Phoenix Atlanta Montreal""".split()
HELD_CITIES = "Krakow Valencia Turin Utrecht Bergen Portland Vancouver Perth Cologne Marseille Edinburgh Kyoto".split()

BEGINNINGS = """A E I O U Al An Ar As Au Ed El Em En Er Es Il Im In Or Os Ul Un Ba Be Bi Bo Bra Bre Bri Bro Bu Ca Ce Cha Chi Cla
Co Cra Cri Cu Da De Di Do Dra Du Fa Fe Fi Flo Fra Fre Ga Ge Gi Gla Go Gra Gu Ha He Hi Ho Hu Ja Je Ji Jo Ju Ka Ke Ki Kla Ko Kri
La Le Li Lo Lu Ma Me Mi Mo Mu Na Ne Ni No Nu Pa Pe Phi Pla Po Pra Pri Qua Que Qui Ra Re Rho Ri Ro Ru Sa Sca Se Sha She Si Sla
So Spe Sta Ste Stu Su Swa Ta Te Tha The Ti To Tra Tri Tu Va Ve Vi Vo Wa We Wha Wi Wo Xa Ya Ye Yo Yu Za Ze Zi Zo""".split()
MIDDLES = """b ber bi br c ca chi ci d da der di do f fa g ga ge go l la le li ll lo lu m ma me mi mo n na nd ne ni nn no r ra re
ri ro rr rt s sa sha si ss st t ta te thi ti to tt v va ve vi x xi z za""".split()
ENDS = """a ah an ana ard as ax ed el ela elle en ena ene er era es et etta ette ey ia ian ice ick ie in ina ine is isa ius o on
onia or os ot ova um ur us y yn ander berg burg by don field ford gate ham ico ino land ley mond mouth port sey ton via ville
wick win wood worth""".split()
UNWANTED = ("anal", "anus", "ass", "cum", "dick", "fag", "nazi", "nig", "penis", "piss", "rape", "sex", "shit", "slut", "tit", "twat")
_HELD = frozenset(name.lower() for name in (*HELD_NAMES, *HELD_CITIES))


def coined(rng: Random) -> str:
    """A name of a person or a place that nobody has, with a capital; never a held-out one."""
    while True:
        name = rng.choice(BEGINNINGS) + "".join(rng.choice(MIDDLES) for _ in range(rng.choice((0, 1, 1, 2)))) + rng.choice(ENDS)
        if 3 < len(name) < 12 and name.lower() not in _HELD and not any(bad in name.lower() for bad in UNWANTED):
            return name


def training_name(rng: Random) -> str:
    return coined(rng) if rng.random() < 0.5 else rng.choice(NAMES)


def training_city(rng: Random) -> str:
    return coined(rng) if rng.random() < 0.4 else rng.choice(CITIES)
