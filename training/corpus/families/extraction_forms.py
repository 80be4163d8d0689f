"""The ways to ask of extraction.py, and its record kinds, read from extraction_data and extraction_data_more.

A phrasing in a HELD_ list occurs in no training document. {keys} stands for the wanted keys, {text} for the text.
"""
from dataclasses import dataclass

from .extraction_data import KINDS_A
from .extraction_data_more import KINDS_B


@dataclass(frozen=True)
class Kind:
    """A kind of record: its fields, the pool of each, the other names of each, and sentences that hold a record."""
    name: str
    plural: str
    pools: dict[str, str]
    names: dict[str, list[str]]
    sentence: str
    train: list[str]
    held: list[str]


def _kind(block: str) -> Kind:
    lines = block.strip().split("\n")
    name, plural = lines[0].split()
    pools, names = {}, {}
    for line in lines[1:]:
        if line[0] not in "=-!":
            field, rest = line.split(": ")
            pools[field], names[field] = rest.split()[0], rest.split()[1:]
    sentence = next(line[2:] for line in lines if line[0] == "=")
    train = [line[2:] for line in lines if line[0] == "-"]
    return Kind(name, plural, pools, names, sentence, train, [line[2:] for line in lines if line[0] == "!"])


KINDS = [_kind(block) for block in (KINDS_A + KINDS_B).split("@ ")[1:]]

KEY_ASKS = [
    "Extract the {keys} as JSON: {text}", "Extract the {keys} as JSON.\n\n{text}",
    "Return a JSON object with the keys {keys}. Text: {text}", "Give me this as JSON with the fields {keys}: {text}",
    "Extract {keys} from this text as JSON.\n{text}", "{text}\nExtract the {keys} as JSON.",
    "{text}\n\nReturn JSON with the keys {keys}.", "Turn this into JSON with {keys}: {text}",
    "Convert this note to a JSON object with the keys {keys}.\n\n{text}",
    "Read the text and answer with JSON. Keys: {keys}. Text: {text}", "JSON with {keys}, please: {text}",
    "Fill a JSON object with the fields {keys}.\n{text}",
    "Make JSON out of this sentence. Use the keys {keys}.\n{text}",
    "Find the {keys} in this text. Reply with JSON only.\n\n{text}", "Text: {text}\nKeys: {keys}\nAnswer with JSON.",
    "From the text below, extract the {keys} in JSON format.\nText: {text}",
]
HELD_KEY_ASKS = [
    "Which {keys} do you find here? Put it into JSON. {text}",
    "I need the following in JSON form: {keys}. This is what I have: {text}",
    "Here is a message: {text} Pull out {keys} and write that as a JSON object.",
    "Parse this line into JSON ({keys}): {text}",
]
SCHEMA_ASKS = [
    "Answer with JSON that matches this schema: {schema}\n\n{text}", "{text}\n\nReturn JSON for this schema: {schema}",
    "Extract the data. Use this JSON schema: {schema}\nText: {text}",
    "Schema: {schema}\nText: {text}\nReply with JSON that matches the schema.",
    "Convert the text to JSON that follows this schema.\n{schema}\n\n{text}",
    "Fill this JSON schema from the text: {schema}\nText: {text}",
]
HELD_SCHEMA_ASKS = [
    "Your answer must be valid under the schema {schema} and come from this text: {text}",
    "{text}\nSqueeze that into the following schema, as JSON: {schema}",
]
PLAIN_ASKS = [
    "Convert to JSON: {text}", "Extract the data as JSON: {text}", "Make JSON from this: {text}",
    "{text}\nAs JSON, please.", "Turn this into JSON.\n\n{text}", "{text}\n\nWrite this as JSON.",
]
HELD_PLAIN_ASKS = ["Can I have that as JSON? {text}", "How does this look in JSON form: {text}"]
LIST_ASKS = [
    "Extract all {plural} as a JSON list with the keys {keys}: {text}",
    "Return a JSON array of objects with {keys}.\n{text}", "{text}\n\nList the {plural} as a JSON array with {keys}.",
    "Make a JSON list of the {plural}. Each has {keys}.\n\n{text}",
]
HELD_LIST_ASKS = ["There is more than one here, so give me a JSON array, each entry with {keys}: {text}"]
WRAPPED_ASKS = [
    'Return JSON with the key "{plural}", a list of objects with {keys}.\n{text}',
    'Extract the data as a JSON object with one key "{plural}". Each entry has {keys}. Text: {text}',
    '{text}\n\nAnswer with a JSON object. The key "{plural}" holds a list with {keys}.',
]
HELD_WRAPPED_ASKS = ['One JSON object, please: under "{plural}" goes every entry with {keys}. {text}']
PLAIN_SYSTEM = [
    "Reply as JSON.", "You extract data as JSON.", "Answer in JSON only.", "Turn the text of the user into JSON.",
    "You convert notes to JSON.", "Output JSON.", "Extract the data from each message as JSON.",
    "You are a helpful assistant that answers with JSON.",
]
HELD_PLAIN_SYSTEM = ["Every message you get becomes JSON.", "Write back a JSON object and not a word more."]
KEY_SYSTEM = [
    "You extract data as JSON with the keys {keys}.", "Reply with a JSON object that has the keys {keys}.",
    "Extract {keys} from each message as JSON.", "Return JSON. Fields: {keys}.",
    "You are a data extractor. Answer with JSON. Keys: {keys}.", "Reply as JSON with {keys}.",
]
HELD_KEY_SYSTEM = ["For each message, hand back JSON holding {keys}."]
SCHEMA_SYSTEM = [
    "Answer with JSON that matches this schema: {schema}", "Reply with JSON that follows this schema:\n{schema}",
    "You extract data. Output JSON for this schema: {schema}",
]
HELD_SCHEMA_SYSTEM = ["Stick to this schema whenever you write JSON: {schema}"]
NULL_HINTS = ["Use null for missing values.", "If something is missing, use null.", "Missing fields are null."]
HELD_NULL_HINTS = ["Write null for what is not there."]
PAIR_ASKS = [
    "Write this as JSON:\n{pairs}", "Create a JSON object from these values: {pairs}", "Convert to JSON:\n{pairs}",
    "Make a JSON object with {pairs}.", "Turn these values into JSON: {pairs}", "{pairs}\nAs JSON, please.",
    "Generate JSON with {pairs}.", "Create JSON: {pairs}",
]
HELD_PAIR_ASKS = ["Pack this into a JSON object: {pairs}", "I have {pairs}, what would the JSON be?"]
MAKE_ASKS = [
    "Generate a JSON object for {kind} with the fields {keys}.", "Make up {kind} as JSON with {keys}.",
    "Create an example JSON object for {kind}. Keys: {keys}.", "Write sample JSON for {kind} with the keys {keys}.",
    "Give me an example of {kind} in JSON with {keys}.",
]
HELD_MAKE_ASKS = ["Invent {kind} and describe it in JSON with {keys}."]
MAKE_SCHEMA_ASKS = [
    "Generate a JSON object that matches this schema: {schema}", "Write an example for this JSON schema: {schema}",
    "Make up data for this schema, as JSON.\n{schema}", "Create sample JSON for this schema:\n{schema}",
]
HELD_MAKE_SCHEMA_ASKS = ["Any JSON will do as long as it fits {schema}"]
VALID_ASKS = [
    "Is this valid JSON? {json}", "Is this JSON valid?\n{json}", "Check this JSON: {json}", "valid JSON? {json}",
    "Does this parse as JSON?\n{json}", "Can you check if this is valid JSON?\n\n{json}", "{json}\nIs this valid JSON?",
]
HELD_VALID_ASKS = ["Would a JSON parser accept this? {json}", "Tell me whether this JSON is correct: {json}"]
SENTENCE_ASKS = [
    "Write this JSON as a sentence: {json}", "Turn this JSON into a sentence.\n{json}",
    "Convert this JSON to a sentence: {json}", "Describe this JSON in one sentence.\n{json}",
    "{json}\nSay this in a sentence.", "Make a sentence from this JSON: {json}",
]
HELD_SENTENCE_ASKS = ["Put these data into plain words: {json}", "What does this record say? {json}"]
FILLERS = """Thanks for your help. See you soon. It was a nice day. Just a short note. I hope you are well. Here is the
news. Please let me know. That is all for now. Good morning. Have a nice day. This is for our records. Sorry for the
delay. Thank you very much. I almost forgot to tell you. We are all very happy. Best wishes. As we talked about. The
coffee was good too. Please read this. A quick update. It took a while. Nobody was surprised. I am sure of it. Hello
there. Let us talk later. Everything else is fine.""".replace("\n", " ").replace(". ", ".|").split("|")
HELD_FILLERS = "This came in today.|Greetings from the office.|More will follow next week.|You heard it here.".split("|")
KEYS = """name id color size count price total city country active ready enabled level score title type status owner
year month day width height weight speed language code email phone street state rank group version mode user role
model brand shape material flavor season start end limit number unit source target label note mood hobby sport food
drink animal fruit planet""".split()
FOREIGN = "nickname country street website birthday comment password zip".split()
