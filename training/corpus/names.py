"""First names, cities and things. The HELD_ lists occur in no training document."""

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
