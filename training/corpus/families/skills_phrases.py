"""How the skills are asked for: for every skill phrasings to learn, and phrasings held out of training."""

PHRASES: dict[str, tuple[list[str], list[str]]] = {
    "opposite": ([
        "What is the opposite of {x}?", "What's the opposite of {x}?", "Opposite of {x}?", "opposite of {x}", "Tell me the opposite of {x}.",
        "What is the opposite of the word {x}?", "Give me the opposite of {x}.",
    ], ["Which word means the opposite of {x}?"]),
    "plural": ([
        "What is the plural of {x}?", "What's the plural of {x}?", "Plural of {x}?", "plural of {x}", "Tell me the plural of {x}.",
        "What is the plural form of {x}?", "Give me the plural of {x}.",
    ], ["How does {x} look in the plural?"]),
    "synonym": ([
        "What is another word for {x}?", "Give me a synonym for {x}.", "What's a synonym of {x}?", "Another word for {x}?",
        "Tell me another word for {x}.", "synonym for {x}", "Which word means the same as {x}?",
    ], ["Can I say {x} in some other way?"]),
    "rhyme": ([
        "What rhymes with {x}?", "Give me a word that rhymes with {x}.", "Tell me a rhyme for {x}.", "Which word rhymes with {x}?",
        "what rhymes with {x}", "Find a rhyme for {x}.",
    ], ["I need something that rhymes with {x}."]),
    "past": ([
        "What is the past tense of {x}?", "What's the past tense of {x}?", "Past tense of {x}?", "past tense of {x}",
        "Tell me the past tense of {x}.", "Give me the past tense of the verb {x}.",
    ], ["How do I put the verb {x} into the past?"]),
    "color": ([
        "What color is {x}?", "what color is {x}?", "Tell me the color of {x}.", "What is the color of {x}?", "Which color is {x}?",
        "Which color does {x} have?",
    ], ["If I paint {x}, which color do I need?"]),
    "sound": ([
        "What sound does a {x} make?", "What does a {x} say?", "what sound does a {x} make", "Which sound does a {x} make?",
        "How does a {x} sound?", "Tell me the sound of a {x}.",
    ], ["Make the noise of a {x}."]),
    "baby": ([
        "What is a baby {x} called?", "What do you call a baby {x}?", "what is a baby {x} called", "What is the name of a baby {x}?",
        "What is the young of a {x} called?", "Tell me the word for a baby {x}.",
    ], ["What's the word for the child of a {x}?"]),
    "spell": ([
        "Spell the word {x}.", "Spell {x}.", "How do you spell {x}?", "Can you spell {x}?", "spell {x}", "Please spell {x}.",
        "Spell {x} letter by letter.", "Write the letters of {x}.",
    ], ["What are the single letters of {x}, one by one?"]),
    "reverse": ([
        "Write {x} backwards.", "Reverse the word {x}.", "What is {x} backwards?", "Spell {x} backwards.", "reverse {x}", "Turn {x} around.",
    ], ["Read {x} from right to left."]),
    "upper": ([
        "Write {x} in capital letters.", "Write {x} in uppercase.", "Make {x} uppercase.", "uppercase {x}", "Put {x} in capitals.",
        "Convert {x} to uppercase.",
    ], ["Shout the word {x} in big letters."]),
    "lower": ([
        "Write {x} in small letters.", "Write {x} in lowercase.", "Make {x} lowercase.", "lowercase {x}", "Convert {x} to lowercase.",
    ], ["Use only small letters for {x}."]),
    "first_letter": ([
        "What is the first letter of {x}?", "Which letter does {x} start with?", "Tell me the first letter of {x}.", "first letter of {x}",
        "What letter does the word {x} begin with?",
    ], ["With which letter do I begin to write {x}?"]),
    "last_letter": ([
        "What is the last letter of {x}?", "Which letter does {x} end with?", "Tell me the last letter of {x}.", "last letter of {x}",
        "What letter does the word {x} end in?",
    ], ["With which letter do I finish the word {x}?"]),
    "length": ([
        "How many letters are in {x}?", "How many letters does {x} have?", "How long is the word {x}?", "Count the letters of {x}.",
        "how many letters are in the word {x}?",
    ], ["Of how many letters is {x} made?"]),
    "repeat": ([
        "Repeat after me: {x}", "Repeat: {x}", "Say: {x}", "Say this: {x}", "Please repeat this: {x}", "Copy this: {x}", "repeat after me: {x}",
        "Write this down: {x}", "Repeat exactly: {x}", "Please say \"{x}\".", "Say \"{x}\".", "Repeat this text: {x}", "Echo: {x}",
        "Copy the following text: {x}", "Write exactly this: {x}", "Can you repeat this? {x}",
    ], ["Say back to me what I write here: {x}", "Give me the very same text again: {x}"]),
    "list": ([
        "List {n} {x}.", "Name {n} {x}.", "Give me {n} {x}.", "Tell me {n} {x}.", "list {n} {x}", "name {n} {x}", "Write a list of {n} {x}.",
        "Can you name {n} {x}?", "Please list {n} {x}.", "I need {n} {x}.",
    ], ["Could you think of {n} {x} for me?"]),
    "comma_list": ([
        "List {n} {x}, separated by commas.", "Name {n} {x} in one line.", "Give me {n} {x} with commas between them.",
        "Name {n} {x}, separated by commas.", "Write {n} {x} in one line.",
    ], ["I want {n} {x} in a single line with commas."]),
    "one": ([
        "Name {x}.", "Tell me {x}.", "Give me {x}.", "Give me an example of {x}.", "name {x}", "Can you name {x}?",
    ], ["Any example of {x}?"]),
    "haiku": ([
        "Write a haiku about {x}.", "Write me a haiku about {x}.", "Can you write a haiku about {x}?", "write a haiku about {x}",
        "A haiku about {x}, please.", "Please write a haiku about {x}.", "Tell me a haiku about {x}.", "Make a haiku about {x}.",
    ], ["Compose a haiku on the subject of {x}."]),
    "alphabet": ([
        "Put these words in alphabetical order: {x}", "Sort these words: {x}", "Sort alphabetically: {x}", "Order these words from A to Z: {x}",
    ], ["In which order are these words in a dictionary: {x}"]),
    "next_letter": ([
        "What letter comes after {x}?", "Which letter comes after {x}?", "Which letter follows {x} in the alphabet?",
        "what comes after the letter {x}?",
    ], ["In the alphabet, what do I find right behind {x}?"]),
    "letter_before": ([
        "What letter comes before {x}?", "Which letter comes before {x}?", "Which letter is right before {x} in the alphabet?",
    ], ["In the alphabet, what do I find right in front of {x}?"]),
    "nth_letter": ([
        "What is the {x} letter of the alphabet?", "Which letter is the {x} letter of the alphabet?", "Tell me the {x} letter of the alphabet.",
    ], ["Counting from A, which one is the {x} letter?"]),
    "count": ([
        "Count from {a} to {b}.", "Count from {a} to {b}", "count from {a} to {b}", "Please count from {a} to {b}.", "Can you count from {a} to {b}?",
        "Write the numbers from {a} to {b}.", "List the numbers from {a} to {b}.", "Count up from {a} to {b}.",
    ], ["Start at {a} and count until you reach {b}."]),
    "count_down": ([
        "Count backwards from {a} to {b}.", "Count down from {a} to {b}.", "count down from {a} to {b}", "Please count backwards from {a} to {b}.",
        "Write the numbers from {a} down to {b}.",
    ], ["Start at {a} and count down until you reach {b}."]),
    "count_by": ([
        "Count by {s} from {a} to {b}.", "Count from {a} to {b} by {s}.", "count by {s} from {a} to {b}", "Please count from {a} to {b} by {s}.",
        "Write the numbers from {a} to {b}, counting by {s}.",
    ], ["Going by {s}, count up from {a} until {b}."]),
    "bigger": ([
        "Which number is bigger, {a} or {b}?", "Which is bigger, {a} or {b}?", "What is more, {a} or {b}?", "Which is larger, {a} or {b}?",
        "which number is bigger: {a} or {b}?", "Which number is greater, {a} or {b}?",
    ], ["I have {a} and {b}. Tell me the bigger one."]),
    "smaller": ([
        "Which number is smaller, {a} or {b}?", "Which is smaller, {a} or {b}?", "What is less, {a} or {b}?",
        "which number is smaller: {a} or {b}?",
    ], ["I have {a} and {b}. Tell me the smaller one."]),
    "sort": ([
        "Sort these numbers: {x}", "Put these numbers in order: {x}", "Sort {x}.", "Sort from small to large: {x}",
        "Order these numbers from smallest to largest: {x}", "sort these numbers: {x}",
    ], ["Arrange these numbers so that they go up: {x}"]),
    "sort_down": ([
        "Sort these numbers from large to small: {x}", "Sort in descending order: {x}", "Order these numbers from largest to smallest: {x}",
    ], ["Arrange these numbers so that they go down: {x}"]),
    "even": ([
        "Is {x} even or odd?", "Is {x} odd or even?", "Is the number {x} even or odd?", "is {x} even or odd", "Even or odd: {x}?",
    ], ["Would you call {x} an even or an odd number?"]),
    "unit": ([
        "How many {u} are in {x}?", "How many {u} are {x}?", "Convert {x} to {u}.", "What is {x} in {u}?", "how many {u} in {x}",
        "Change {x} into {u}.",
    ], ["Express {x} as {u}."]),
    "next_number": ([
        "What number comes after {x}?", "Which number comes after {x}?", "What comes after {x}?", "Which number follows {x}?",
    ], ["I am at {x} and count one step up. Where am I?"]),
    "number_before": ([
        "What number comes before {x}?", "Which number comes before {x}?", "What comes before {x}?",
    ], ["I am at {x} and count one step down. Where am I?"]),
    "in_words": ([
        "Write {x} in words.", "Write the number {x} in words.", "How do you write {x} in words?", "{x} in words", "Spell out the number {x}.",
    ], ["Put the number {x} into letters."]),
    "in_digits": ([
        "Write {x} as a number.", "Write {x} in digits.", "What is {x} in digits?", "Which number is {x}?",
    ], ["Turn {x} into digits."]),
    "next_day": ([
        "What day comes after {x}?", "Which day comes after {x}?", "What is the day after {x}?", "which day follows {x}?",
        "Today is {x}. What day is tomorrow?",
    ], ["If it is {x} now, what will the next day be?"]),
    "day_before": ([
        "What day comes before {x}?", "Which day comes before {x}?", "What is the day before {x}?",
        "Today is {x}. What day was yesterday?",
    ], ["If it is {x} now, what was the day before?"]),
    "next_month": ([
        "What month comes after {x}?", "Which month comes after {x}?", "What is the month after {x}?", "which month follows {x}?",
    ], ["When {x} is over, which month begins?"]),
    "month_before": ([
        "What month comes before {x}?", "Which month comes before {x}?", "What is the month before {x}?",
    ], ["When {x} begins, which month is over?"]),
    "nth_month": ([
        "What is the {x} month of the year?", "Which month is the {x} month?", "Tell me the {x} month of the year.",
    ], ["Counting from January, which one is the {x} month?"]),
    "month_days": ([
        "How many days does {x} have?", "How many days are in {x}?", "How long is the month of {x}?", "how many days does {x} have",
    ], ["Of how many days is {x} made?"]),
}

# Questions with one fixed answer each: phrasings to learn, phrasings held out, the answer.
FIXED = [
    (["What are the days of the week?", "Name the days of the week.", "List the days of the week.", "Tell me all the days of the week."],
     ["Which days does a week have?"], "Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday"),
    (["What are the months of the year?", "Name the months of the year.", "List all the months.", "Tell me all the months of the year."],
     ["Which months does a year have?"],
     "January, February, March, April, May, June, July, August, September, October, November, December"),
    (["What are the four seasons?", "Name the seasons.", "List the seasons of the year."], ["Which seasons does a year have?"],
     "spring, summer, autumn, winter"),
    (["Say the alphabet.", "Write the alphabet.", "What is the alphabet?", "List the letters of the alphabet."],
     ["Show me every letter from A to Z."], "A B C D E F G H I J K L M N O P Q R S T U V W X Y Z"),
    (["What are the vowels?", "Name the vowels.", "List the vowels."], ["Which letters are vowels?"], "a, e, i, o, u"),
    (["How many days are in a week?", "How many days does a week have?"], ["A week has how many days?"], "A week has 7 days."),
    (["How many months are in a year?", "How many months does a year have?"], ["A year has how many months?"], "A year has 12 months."),
    (["How many days are in a year?", "How many days does a year have?"], ["A year has how many days?"], "A year has 365 days."),
    (["How many letters are in the alphabet?", "How many letters does the alphabet have?"], ["The alphabet has how many letters?"],
     "The alphabet has 26 letters."),
    (["What are the primary colors?", "Name the primary colors."], ["Which colors are the primary ones?"], "red, yellow, blue"),
    (["What are the five senses?", "Name the five senses.", "List the five senses."], ["Which senses does a human have?"],
     "sight, hearing, smell, taste, touch"),
    (["What are the points of the compass?", "Name the four directions.", "List the four directions."], ["Which directions does a compass show?"],
     "north, east, south, west"),
]
