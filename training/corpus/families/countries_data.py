"""The countries: name, capital, continent, main language, currency, adjective, one short fact."""

TABLE = """
Afghanistan|Kabul|Asia|Pashto and Dari|afghani|Afghan|The Hindu Kush mountains run through it.
Albania|Tirana|Europe|Albanian|lek|Albanian|There is an eagle with two heads on its flag.
Algeria|Algiers|Africa|Arabic|Algerian dinar|Algerian|It is the largest country in Africa.
Andorra|Andorra la Vella|Europe|Catalan|euro|Andorran|It is a tiny country in the Pyrenees mountains.
Angola|Luanda|Africa|Portuguese|kwanza|Angolan|It has a long coast on the Atlantic Ocean.
Antigua and Barbuda|Saint John's|North America|English|East Caribbean dollar|Antiguan or Barbudan|It is made of islands in the Caribbean Sea.
Argentina|Buenos Aires|South America|Spanish|Argentine peso|Argentine|The tango comes from there.
Armenia|Yerevan|Asia|Armenian|dram|Armenian|It was the first country to make Christianity its state religion.
Australia|Canberra|Oceania|English|Australian dollar|Australian|Kangaroos and koalas live there.
Austria|Vienna|Europe|German|euro|Austrian|Mozart was born there.
Azerbaijan|Baku|Asia|Azerbaijani|manat|Azerbaijani|It lies on the Caspian Sea.
the Bahamas|Nassau|North America|English|Bahamian dollar|Bahamian|It has about 700 islands.
Bahrain|Manama|Asia|Arabic|Bahraini dinar|Bahraini|It is an island country in the Persian Gulf.
Bangladesh|Dhaka|Asia|Bengali|taka|Bangladeshi|Many great rivers flow through it to the sea.
Barbados|Bridgetown|North America|English|Barbadian dollar|Barbadian|It is an island in the east of the Caribbean.
Belarus|Minsk|Europe|Russian and Belarusian|Belarusian ruble|Belarusian|It has no coast, but it has thousands of lakes.
Belgium|Brussels|Europe|Dutch and French|euro|Belgian|It is known for chocolate and waffles.
Belize|Belmopan|North America|English|Belize dollar|Belizean|It has one of the longest coral reefs in the world.
Benin|Porto-Novo|Africa|French|West African CFA franc|Beninese|It was once called Dahomey.
Bhutan|Thimphu|Asia|Dzongkha|ngultrum|Bhutanese|There is a white dragon on its flag.
Bolivia|Sucre|South America|Spanish|boliviano|Bolivian|It has the largest salt flat in the world.
Bosnia and Herzegovina|Sarajevo|Europe|Bosnian|convertible mark|Bosnian|It is known for the old bridge of Mostar.
Botswana|Gaborone|Africa|Tswana and English|pula|Botswanan|It has more elephants than any other country.
Brazil|Brasilia|South America|Portuguese|real|Brazilian|It is the largest country in South America.
Brunei|Bandar Seri Begawan|Asia|Malay|Brunei dollar|Bruneian|It lies on the island of Borneo.
Bulgaria|Sofia|Europe|Bulgarian|euro|Bulgarian|It is known for its roses and its yogurt.
Burkina Faso|Ouagadougou|Africa|French|West African CFA franc|Burkinabe|Its old name was Upper Volta.
Burundi|Gitega|Africa|Kirundi|Burundian franc|Burundian|It lies on Lake Tanganyika.
Cambodia|Phnom Penh|Asia|Khmer|riel|Cambodian|The temple of Angkor Wat is there.
Cameroon|Yaounde|Africa|French and English|Central African CFA franc|Cameroonian|It has a large active volcano, Mount Cameroon.
Canada|Ottawa|North America|English and French|Canadian dollar|Canadian|There is a red maple leaf on its flag.
Cape Verde|Praia|Africa|Portuguese|Cape Verdean escudo|Cape Verdean|It is a group of islands in the Atlantic Ocean.
the Central African Republic|Bangui|Africa|French and Sango|Central African CFA franc|Central African|It lies in the middle of Africa.
Chad|N'Djamena|Africa|French and Arabic|Central African CFA franc|Chadian|It is named after a great lake.
Chile|Santiago|South America|Spanish|Chilean peso|Chilean|It is very long and very narrow.
China|Beijing|Asia|Chinese|yuan|Chinese|The Great Wall is there.
Colombia|Bogota|South America|Spanish|Colombian peso|Colombian|It is known for its coffee.
the Comoros|Moroni|Africa|Comorian|Comorian franc|Comorian|It is a group of islands in the Indian Ocean.
the Democratic Republic of the Congo|Kinshasa|Africa|French|Congolese franc|Congolese|It has the largest rainforest in Africa.
the Republic of the Congo|Brazzaville|Africa|French|Central African CFA franc|Congolese|It lies on the Congo River.
Costa Rica|San Jose|North America|Spanish|colon|Costa Rican|It has had no army since 1948.
Croatia|Zagreb|Europe|Croatian|euro|Croatian|It has more than a thousand islands.
Cuba|Havana|North America|Spanish|Cuban peso|Cuban|It is the largest island in the Caribbean.
Cyprus|Nicosia|Europe|Greek and Turkish|euro|Cypriot|It is an island in the Mediterranean Sea.
the Czech Republic|Prague|Europe|Czech|Czech koruna|Czech|It has more than a thousand castles.
Denmark|Copenhagen|Europe|Danish|Danish krone|Danish|Lego bricks were invented there.
Djibouti|Djibouti|Africa|French and Arabic|Djiboutian franc|Djiboutian|It has the lowest point in Africa, Lake Assal.
Dominica|Roseau|North America|English|East Caribbean dollar|Dominican|It is an island with hot springs and rainforests.
the Dominican Republic|Santo Domingo|North America|Spanish|Dominican peso|Dominican|It shares an island with Haiti.
East Timor|Dili|Asia|Tetum and Portuguese|US dollar|Timorese|It is also called Timor-Leste.
Ecuador|Quito|South America|Spanish|US dollar|Ecuadorian|It is named after the equator.
Egypt|Cairo|Africa|Arabic|Egyptian pound|Egyptian|It is known for the pyramids and the Nile.
El Salvador|San Salvador|North America|Spanish|US dollar|Salvadoran|It is the smallest country of the Central American mainland.
Equatorial Guinea|Malabo|Africa|Spanish|Central African CFA franc|Equatorial Guinean|A part of it lies on islands.
Eritrea|Asmara|Africa|Tigrinya|nakfa|Eritrean|It has a long coast on the Red Sea.
Estonia|Tallinn|Europe|Estonian|euro|Estonian|It is one of the three Baltic countries.
Eswatini|Mbabane|Africa|Swazi and English|lilangeni|Swazi|It was called Swaziland until 2018.
Ethiopia|Addis Ababa|Africa|Amharic|birr|Ethiopian|The coffee plant comes from there.
Fiji|Suva|Oceania|English and Fijian|Fijian dollar|Fijian|It has more than 300 islands.
Finland|Helsinki|Europe|Finnish|euro|Finnish|It is known for its lakes and its saunas.
France|Paris|Europe|French|euro|French|It is known for the Eiffel Tower.
Gabon|Libreville|Africa|French|Central African CFA franc|Gabonese|Most of it is covered by rainforest.
the Gambia|Banjul|Africa|English|dalasi|Gambian|It is the smallest country of the African mainland.
Georgia|Tbilisi|Asia|Georgian|lari|Georgian|People have made wine there for 8000 years.
Germany|Berlin|Europe|German|euro|German|It is known for its cars and its bread.
Ghana|Accra|Africa|English|cedi|Ghanaian|It was once called the Gold Coast.
Greece|Athens|Europe|Greek|euro|Greek|The first Olympic Games were held there.
Grenada|Saint George's|North America|English|East Caribbean dollar|Grenadian|It is called the island of spice.
Guatemala|Guatemala City|North America|Spanish|quetzal|Guatemalan|There are old Maya temples in its forests.
Guinea|Conakry|Africa|French|Guinean franc|Guinean|The Niger River begins there.
Guinea-Bissau|Bissau|Africa|Portuguese|West African CFA franc|Bissau-Guinean|It is known for its cashew nuts.
Guyana|Georgetown|South America|English|Guyanese dollar|Guyanese|The high Kaieteur Falls are there.
Haiti|Port-au-Prince|North America|Haitian Creole and French|gourde|Haitian|It shares an island with the Dominican Republic.
Honduras|Tegucigalpa|North America|Spanish|lempira|Honduran|The old Maya city of Copan is there.
Hungary|Budapest|Europe|Hungarian|forint|Hungarian|The Rubik's Cube was invented there.
Iceland|Reykjavik|Europe|Icelandic|Icelandic krona|Icelandic|It has many volcanoes and hot springs.
India|New Delhi|Asia|Hindi and English|Indian rupee|Indian|It is known for the Taj Mahal.
Indonesia|Jakarta|Asia|Indonesian|Indonesian rupiah|Indonesian|It has more than 17000 islands.
Iran|Tehran|Asia|Persian|Iranian rial|Iranian|It was once called Persia.
Iraq|Baghdad|Asia|Arabic and Kurdish|Iraqi dinar|Iraqi|The rivers Tigris and Euphrates flow through it.
Ireland|Dublin|Europe|English and Irish|euro|Irish|It is called the Emerald Isle because it is so green.
Israel|Jerusalem|Asia|Hebrew|shekel|Israeli|It has a shore on the Dead Sea.
Italy|Rome|Europe|Italian|euro|Italian|It has the shape of a boot.
Ivory Coast|Yamoussoukro|Africa|French|West African CFA franc|Ivorian|It grows more cocoa than any other country.
Jamaica|Kingston|North America|English|Jamaican dollar|Jamaican|Reggae music comes from there.
Japan|Tokyo|Asia|Japanese|yen|Japanese|It is called the Land of the Rising Sun.
Jordan|Amman|Asia|Arabic|Jordanian dinar|Jordanian|The old rock city of Petra is there.
Kazakhstan|Astana|Asia|Kazakh and Russian|tenge|Kazakh|It is the largest country without a coast on an ocean.
Kenya|Nairobi|Africa|Swahili and English|Kenyan shilling|Kenyan|Many people go there to see lions and elephants.
Kiribati|South Tarawa|Oceania|Gilbertese and English|Australian dollar|I-Kiribati|Its islands lie on both sides of the equator.
Kosovo|Pristina|Europe|Albanian and Serbian|euro|Kosovan|It declared its independence in 2008.
Kuwait|Kuwait City|Asia|Arabic|Kuwaiti dinar|Kuwaiti|It lies at the northern end of the Persian Gulf.
Kyrgyzstan|Bishkek|Asia|Kyrgyz and Russian|som|Kyrgyz|More than nine tenths of it is high mountain land.
Laos|Vientiane|Asia|Lao|kip|Laotian|The Mekong River flows along its border.
Latvia|Riga|Europe|Latvian|euro|Latvian|About half of it is covered by forest.
Lebanon|Beirut|Asia|Arabic|Lebanese pound|Lebanese|There is a cedar tree on its flag.
Lesotho|Maseru|Africa|Sotho and English|loti|Basotho|It lies completely inside South Africa.
Liberia|Monrovia|Africa|English|Liberian dollar|Liberian|It was founded by freed slaves from America.
Libya|Tripoli|Africa|Arabic|Libyan dinar|Libyan|Most of it is part of the Sahara desert.
Liechtenstein|Vaduz|Europe|German|Swiss franc|Liechtensteiners|It lies between Switzerland and Austria.
Lithuania|Vilnius|Europe|Lithuanian|euro|Lithuanian|It is the largest of the three Baltic countries.
Luxembourg|Luxembourg|Europe|Luxembourgish|euro|Luxembourgish|It is a small country ruled by a grand duke.
Madagascar|Antananarivo|Africa|Malagasy|ariary|Malagasy|It is the home of the lemurs.
Malawi|Lilongwe|Africa|Chichewa and English|Malawian kwacha|Malawian|One of the largest lakes of Africa is there.
Malaysia|Kuala Lumpur|Asia|Malay|ringgit|Malaysian|The Petronas Towers are there.
the Maldives|Male|Asia|Dhivehi|rufiyaa|Maldivian|It is the lowest and flattest country in the world.
Mali|Bamako|Africa|Bambara|West African CFA franc|Malian|The old city of Timbuktu is there.
Malta|Valletta|Europe|Maltese and English|euro|Maltese|It is an island country south of Italy.
the Marshall Islands|Majuro|Oceania|Marshallese and English|US dollar|Marshallese|It is made of coral islands in the Pacific.
Mauritania|Nouakchott|Africa|Arabic|ouguiya|Mauritanian|One of the longest trains in the world runs through its desert.
Mauritius|Port Louis|Africa|Mauritian Creole|Mauritian rupee|Mauritian|The dodo once lived there.
Mexico|Mexico City|North America|Spanish|Mexican peso|Mexican|There is an eagle with a snake on its flag.
Micronesia|Palikir|Oceania|English|US dollar|Micronesian|It has about 600 islands.
Moldova|Chisinau|Europe|Romanian|Moldovan leu|Moldovan|It has some of the largest wine cellars in the world.
Monaco|Monaco|Europe|French|euro|Monegasque|It is the second smallest country in the world.
Mongolia|Ulaanbaatar|Asia|Mongolian|tugrik|Mongolian|Many of its people live in round tents.
Montenegro|Podgorica|Europe|Montenegrin|euro|Montenegrin|Its name means black mountain.
Morocco|Rabat|Africa|Arabic and Berber|Moroccan dirham|Moroccan|It lies across the sea from Spain.
Mozambique|Maputo|Africa|Portuguese|metical|Mozambican|It has a long coast on the Indian Ocean.
Myanmar|Naypyidaw|Asia|Burmese|kyat|Burmese|It is also called Burma.
Namibia|Windhoek|Africa|English|Namibian dollar|Namibian|It has some of the highest sand dunes in the world.
Nauru|Yaren|Oceania|Nauruan and English|Australian dollar|Nauruan|It is the smallest island country in the world.
Nepal|Kathmandu|Asia|Nepali|Nepalese rupee|Nepalese|Its flag is the only one that is not a rectangle or a square.
the Netherlands|Amsterdam|Europe|Dutch|euro|Dutch|It is known for tulips and windmills.
New Zealand|Wellington|Oceania|English|New Zealand dollar|New Zealanders|There are more sheep than people in it.
Nicaragua|Managua|North America|Spanish|cordoba|Nicaraguan|It has the largest lake in Central America.
Niger|Niamey|Africa|Hausa and French|West African CFA franc|Nigerien|It is named after a great river.
Nigeria|Abuja|Africa|English|naira|Nigerian|It has more people than any other country in Africa.
North Korea|Pyongyang|Asia|Korean|North Korean won|North Korean|It lies north of South Korea.
North Macedonia|Skopje|Europe|Macedonian|denar|Macedonian|There is a yellow sun on its flag.
Norway|Oslo|Europe|Norwegian|Norwegian krone|Norwegian|It is known for its deep fjords.
Oman|Muscat|Asia|Arabic|Omani rial|Omani|It lies in the southeast of the Arabian Peninsula.
Pakistan|Islamabad|Asia|Urdu and English|Pakistani rupee|Pakistani|K2, the second highest mountain in the world, is on its border.
Palau|Ngerulmud|Oceania|Palauan and English|US dollar|Palauan|Its flag shows a yellow moon on a blue sky.
Palestine|Ramallah|Asia|Arabic|Israeli shekel|Palestinian|Ramallah is the seat of its government.
Panama|Panama City|North America|Spanish|balboa|Panamanian|A famous canal there links two oceans.
Papua New Guinea|Port Moresby|Oceania|Tok Pisin and English|kina|Papua New Guinean|More than 800 languages are spoken there.
Paraguay|Asuncion|South America|Spanish and Guarani|guarani|Paraguayan|Its flag has a different picture on each side.
Peru|Lima|South America|Spanish|sol|Peruvian|The old Inca city of Machu Picchu is there.
the Philippines|Manila|Asia|Filipino and English|Philippine peso|Filipino|It has more than 7000 islands.
Poland|Warsaw|Europe|Polish|zloty|Polish|Chopin was born there.
Portugal|Lisbon|Europe|Portuguese|euro|Portuguese|It lies in the west of Europe on the Atlantic Ocean.
Qatar|Doha|Asia|Arabic|Qatari riyal|Qatari|The soccer World Cup of 2022 was held there.
Romania|Bucharest|Europe|Romanian|Romanian leu|Romanian|The story of Dracula plays in its mountains.
Russia|Moscow|Europe and Asia|Russian|Russian ruble|Russian|It is the largest country in the world.
Rwanda|Kigali|Africa|Kinyarwanda|Rwandan franc|Rwandan|It is called the land of a thousand hills.
Saint Kitts and Nevis|Basseterre|North America|English|East Caribbean dollar|Kittitian or Nevisian|It is made of two islands.
Saint Lucia|Castries|North America|English|East Caribbean dollar|Saint Lucian|It is known for two steep mountains, the Pitons.
Saint Vincent and the Grenadines|Kingstown|North America|English|East Caribbean dollar|Vincentian|It has 32 islands.
Samoa|Apia|Oceania|Samoan and English|tala|Samoan|It lies in the middle of the South Pacific.
San Marino|San Marino|Europe|Italian|euro|Sammarinese|It lies completely inside Italy.
Sao Tome and Principe|Sao Tome|Africa|Portuguese|dobra|Sao Tomean|It lies on islands near the equator.
Saudi Arabia|Riyadh|Asia|Arabic|Saudi riyal|Saudi|It has no rivers that flow all year.
Senegal|Dakar|Africa|Wolof and French|West African CFA franc|Senegalese|The westernmost point of mainland Africa is there.
Serbia|Belgrade|Europe|Serbian|Serbian dinar|Serbian|Its capital lies where two rivers meet.
Seychelles|Victoria|Africa|Seychellois Creole|Seychellois rupee|Seychellois|Giant tortoises live on its islands.
Sierra Leone|Freetown|Africa|English|leone|Sierra Leonean|Its name means lion mountains.
Singapore|Singapore|Asia|English and Malay|Singapore dollar|Singaporean|It is a city and a country at the same time.
Slovakia|Bratislava|Europe|Slovak|euro|Slovak|It was once one country with the Czech Republic.
Slovenia|Ljubljana|Europe|Slovene|euro|Slovenian|It is known for Lake Bled and its caves.
the Solomon Islands|Honiara|Oceania|English|Solomon Islands dollar|Solomon Islanders|It has almost a thousand islands.
Somalia|Mogadishu|Africa|Somali|Somali shilling|Somali|It lies on the Horn of Africa.
South Africa|Pretoria|Africa|Zulu and English|rand|South African|It has three capitals: Pretoria, Cape Town and Bloemfontein.
South Korea|Seoul|Asia|Korean|South Korean won|South Korean|It is known for kimchi and pop music.
South Sudan|Juba|Africa|English|South Sudanese pound|South Sudanese|It became a country in 2011.
Spain|Madrid|Europe|Spanish|euro|Spanish|It is known for flamenco and oranges.
Sri Lanka|Sri Jayawardenepura Kotte|Asia|Sinhala and Tamil|Sri Lankan rupee|Sri Lankan|It is an island that is known for its tea.
Sudan|Khartoum|Africa|Arabic|Sudanese pound|Sudanese|The Blue Nile and the White Nile meet there.
Suriname|Paramaribo|South America|Dutch|Surinamese dollar|Surinamese|It is the smallest country in South America.
Sweden|Stockholm|Europe|Swedish|Swedish krona|Swedish|The Nobel Prizes come from there.
Switzerland|Bern|Europe|German and French|Swiss franc|Swiss|It is known for the Alps, for cheese and for watches.
Syria|Damascus|Asia|Arabic|Syrian pound|Syrian|Its capital is one of the oldest cities in the world.
Taiwan|Taipei|Asia|Chinese|New Taiwan dollar|Taiwanese|It is an island, and bubble tea was invented there.
Tajikistan|Dushanbe|Asia|Tajik|somoni|Tajik|The Pamir mountains cover much of it.
Tanzania|Dodoma|Africa|Swahili|Tanzanian shilling|Tanzanian|Kilimanjaro, the highest mountain in Africa, is there.
Thailand|Bangkok|Asia|Thai|baht|Thai|It was once called Siam.
Togo|Lome|Africa|French|West African CFA franc|Togolese|It is a long and narrow country in West Africa.
Tonga|Nuku'alofa|Oceania|Tongan and English|pa'anga|Tongan|It is a kingdom of islands in the Pacific.
Trinidad and Tobago|Port of Spain|North America|English|Trinidad and Tobago dollar|Trinidadian or Tobagonian|The steel drum was invented there.
Tunisia|Tunis|Africa|Arabic|Tunisian dinar|Tunisian|The ruins of old Carthage are there.
Turkey|Ankara|Asia and Europe|Turkish|Turkish lira|Turkish|Its largest city, Istanbul, lies on two continents.
Turkmenistan|Ashgabat|Asia|Turkmen|Turkmen manat|Turkmen|Most of it is a desert, the Karakum.
Tuvalu|Funafuti|Oceania|Tuvaluan and English|Australian dollar|Tuvaluan|It is made of nine small islands.
Uganda|Kampala|Africa|English and Swahili|Ugandan shilling|Ugandan|Mountain gorillas live in its forests.
Ukraine|Kyiv|Europe|Ukrainian|hryvnia|Ukrainian|The blue and yellow of its flag stand for sky and wheat.
the United Arab Emirates|Abu Dhabi|Asia|Arabic|UAE dirham|Emirati|The tallest building in the world is there.
the United Kingdom|London|Europe|English|pound sterling|British|It is known for Big Ben and for tea.
the United States|Washington, D.C.|North America|English|US dollar|American|There are 50 stars on its flag.
Uruguay|Montevideo|South America|Spanish|Uruguayan peso|Uruguayan|The first soccer World Cup was held there.
Uzbekistan|Tashkent|Asia|Uzbek|Uzbek som|Uzbek|The old city of Samarkand is there.
Vanuatu|Port Vila|Oceania|Bislama, English and French|vatu|Vanuatuan|You can visit an active volcano there.
Vatican City|Vatican City|Europe|Italian|euro|Vatican citizens|It is the smallest country in the world.
Venezuela|Caracas|South America|Spanish|bolivar|Venezuelan|It has the highest waterfall in the world, Angel Falls.
Vietnam|Hanoi|Asia|Vietnamese|dong|Vietnamese|It has the shape of a long letter S.
Yemen|Sanaa|Asia|Arabic|Yemeni rial|Yemeni|It lies in the south of the Arabian Peninsula.
Zambia|Lusaka|Africa|English|Zambian kwacha|Zambian|It shares Victoria Falls with Zimbabwe.
Zimbabwe|Harare|Africa|Shona and English|Zimbabwe Gold|Zimbabwean|The ruins of Great Zimbabwe gave it its name.
"""

# Asked about more often than the others.
WELL_KNOWN = """France Germany Spain Italy Portugal Japan China India Canada Australia Brazil Mexico Egypt Greece Russia Poland Sweden
Norway Austria Ireland Turkey Argentina Kenya Belgium Denmark Finland Hungary Switzerland Cuba Peru Chile Thailand""".split()
WELL_KNOWN += ["the United States", "the United Kingdom", "the Netherlands", "South Africa", "South Korea", "New Zealand"]

# What people also call a country when they ask.
ALIASES = {
    "the United States": ["the USA", "the US", "America"], "the United Kingdom": ["the UK", "Great Britain"],
    "the Czech Republic": ["Czechia"], "Ivory Coast": ["Cote d'Ivoire"], "East Timor": ["Timor-Leste"],
    "the United Arab Emirates": ["the UAE"], "Cape Verde": ["Cabo Verde"], "the Netherlands": ["Holland", "Netherlands"],
    "the Philippines": ["Philippines"], "Myanmar": ["Burma"],
}

# For every kind of question: phrasings to learn, and phrasings held out.
# {c} is the country, {s} its possessive form, {k} the capital, {a} the adjective.
CAPITAL = [
    "What is the capital of {c}?", "What is the capital of {c}?", "What's the capital of {c}?", "what is the capital of {c}",
    "Tell me the capital of {c}.", "Which city is the capital of {c}?", "Capital of {c}?", "capital of {c}",
    "What is {s} capital?", "Do you know the capital of {c}?", "I need to know the capital of {c}.", "the capital of {c}?",
    "Can you tell me the capital of {c}?", "What is the capital city of {c}?", "Please give me the capital of {c}.",
]
CAPITAL_HELD = ["Which city serves as the capital of {c}?", "If I visit {s} capital, which city do I see?"]
COUNTRY = [
    "Which country has the capital {k}?", "{k} is the capital of which country?", "What country is {k} the capital of?",
    "Of which country is {k} the capital?", "{k} is the capital of what?", "What is {k} the capital of?",
]
COUNTRY_HELD = ["If a city named {k} is the capital, which country is it?"]
CONTINENT = [
    "Which continent is {c} in?", "What continent is {c} on?", "On which continent is {c}?", "Where is {c}?", "where is {c}",
    "In what part of the world is {c}?", "Which continent does {c} belong to?",
]
CONTINENT_HELD = ["Name the continent where I can find {c}."]
LANGUAGE = [
    "What language do they speak in {c}?", "What is the main language of {c}?", "Which language is spoken in {c}?",
    "What do people speak in {c}?", "what language is spoken in {c}?", "Tell me the main language of {c}.",
]
LANGUAGE_HELD = ["Which language would I hear in {c}?"]
CURRENCY = [
    "What is the currency of {c}?", "What money do they use in {c}?", "Which currency does {c} use?",
    "How do people pay in {c}?", "what is the currency in {c}?", "What is {s} currency?",
]
CURRENCY_HELD = ["What kind of money would I need in {c}?"]
ADJECTIVE = [
    "What are people from {c} called?", "What do you call people from {c}?", "What is the nationality of people from {c}?",
    "What nationality are people from {c}?",
]
ADJECTIVE_HELD = ["How do I describe somebody who comes from {c}?"]
ABOUT = [
    "Tell me about {c}.", "What do you know about {c}?", "Write a short text about {c}.", "Tell me something about {c}.",
    "Can you tell me about {c}?", "Describe {c} in a few sentences.", "tell me about {c}",
]
ABOUT_HELD = ["I am curious about {c}. What can you say?"]

# Two facts asked at once, each with the kinds it asks for.
BOTH = [
    ("What is the capital of {c}, and what language do they speak there?", "capital language"),
    ("What are the capital and the currency of {c}?", "capital currency"),
    ("Tell me the capital and the main language of {c}.", "capital language"),
    ("What are the capital and the continent of {c}?", "capital continent"),
    ("Which continent is {c} in, and what is its capital?", "continent capital"),
    ("What language and what currency do they have in {c}?", "language currency"),
    ("What is the capital of {c}, and which continent is it in?", "capital continent"),
    ("I need the language and the capital of {c}.", "language capital"),
]
BOTH_HELD = [("Give me two facts on {c}: its capital and its currency.", "capital currency")]

# A second question: about another country, or another one about the same country.
NEXT = ["And of {c}?", "What about {c}?", "And {c}?", "And the capital of {c}?", "and {c}?", "And of {c}, please?", "Now {c}."]
NEXT_HELD = ["Okay, how about {c}?"]
THERE = [
    ("And what language do they speak there?", "language"), ("What is the main language?", "language"),
    ("Which continent is it on?", "continent"), ("And where is that?", "continent"),
    ("What is the currency there?", "currency"), ("And how do people pay there?", "currency"),
    ("Can you tell me more about the country?", "about"), ("Tell me more.", "about"),
    ("And what is the capital?", "capital"), ("What is its capital?", "capital"),
]
