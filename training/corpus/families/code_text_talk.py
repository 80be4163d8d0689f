"""Code to explain, Python words to explain, one-liners of other languages, and small code requests with blanks to fill.

In EXPLAIN and FILLS, <n>, <m>, <w> and the like stand for sampled numbers and words; <n-1> is computed.
"""

# code, then the answer after "= ", then what the answer must contain after "v "
EXPLAIN = r'''
for i in range(<n>):
    print(i)
= This code prints the numbers from 0 to <n-1>.
v <n-1>

for i in range(1, <n+1>):
    print(i)
= This code prints the numbers from 1 to <n>.
v <n>

x = <n>
y = <m>
print(x + y)
= This code adds <n> and <m> and prints <n+m>.
v <n+m>

x = <n>
x += <m>
print(x)
= The variable x starts at <n> and grows by <m>, so the code prints <n+m>.
v <n+m>

print("<w>" * 3)
= This code prints the word <w> three times in a row.
v <w> | three

print(len([<n>, <m>, <k>]))
= This code prints 3, because the list has three items.
v 3

numbers = [<n>, <m>, <k>]
print(numbers[0])
= This code prints <n>, because index 0 is the first item.
v <n>

numbers = [<n>, <m>, <k>]
print(numbers[-1])
= This code prints <k>, because index -1 is the last item.
v <k>

def <f>(x):
    return x * <m>
= The function <f> multiplies its argument by <m>.
v <f> | <m>

def <f>(x):
    return x + <n>
= The function <f> adds <n> to its argument.
v <f> | <n>

if age >= <n>:
    print("<w>")
= This code prints <w> if age is at least <n>.
v <w> | <n>

while count < <n>:
    count += 1
= This loop adds 1 to count until count reaches <n>.
v <n>

<f> = []
<f>.append("<w>")
= This code creates an empty list named <f> and adds <w> to it.
v <f> | <w>

<f> = {"<w>": <n>}
print(<f>["<w>"])
= This code stores <n> under the key <w> in a dictionary and prints <n>.
v <n> | <w>

total = 0
for n in numbers:
    total += n
= This code adds up all the numbers in the list and keeps the sum in total.
v sum

squares = [n * n for n in range(<n>)]
= This list comprehension makes a list of the squares of the numbers from 0 to <n-1>.
v squares | <n-1>

evens = [n for n in numbers if n % 2 == 0]
= This code keeps only the even numbers of the list.
v even

with open("<w>.txt") as file:
    text = file.read()
= This code opens the file <w>.txt and reads its whole text. The file is closed at the end of the block.
v <w>.txt

with open("<w>.txt", "w") as file:
    file.write("done")
= This code writes the word done to the file <w>.txt.
v <w>.txt | write

try:
    n = int(text)
except ValueError:
    n = <n>
= This code turns text into a number. If that fails, n becomes <n>.
v <n>

words = text.split()
print(len(words))
= This code splits the text into words and prints how many there are.
v words

print(sorted(<f>))
= This code prints the items of <f> in sorted order.
v <f> | sorted

a, b = b, a
= This line swaps the values of a and b.
v swap

import random
print(random.randint(1, <n>))
= This code prints a random whole number from 1 to <n>.
v random | <n>

def greet(name):
    return "Hello, " + name
= The function greet returns a greeting with the given name.
v greet

class <C>:
    def __init__(self, <f>):
        self.<f> = <f>
= This code defines a class named <C>. Each object stores its <f>.
v <C> | <f>

unique = list(set(items))
= This code removes duplicates by turning the list into a set and back into a list.
v duplicates

for key, value in data.items():
    print(key, value)
= This loop prints every key of the dictionary together with its value.
v key | value

print("<w>"[::-1])
= This code prints the word <w> backwards, because the slice [::-1] reverses a string.
v <w>

name = input("Name: ")
print("Hello, " + name)
= This code asks the user for a name and prints a greeting.
v name

for word in ["<w>", "<u>"]:
    print(word.upper())
= This code prints <w> and <u> in uppercase letters.
v <w> | <u>

from datetime import date
print(date.today())
= This code prints the current date.
v date
'''

# word | what it is | answer | an example and its value, where there is one
WORDS = r'''
len() | function | returns the number of items in a list or the number of characters in a string | len([1, 2, 3]) | 3
print() | function | shows a value on the screen
range() | function | makes a sequence of numbers, often for a for loop | list(range(3)) | [0, 1, 2]
sum() | function | adds up all numbers of a list | sum([1, 2, 3]) | 6
max() | function | returns the largest item | max([4, 9, 2]) | 9
min() | function | returns the smallest item | min([4, 9, 2]) | 2
abs() | function | returns the absolute value of a number | abs(-5) | 5
round() | function | rounds a number | round(3.7) | 4
sorted() | function | returns a new sorted list | sorted([3, 1, 2]) | [1, 2, 3]
reversed() | function | gives the items in reverse order | list(reversed([1, 2])) | [2, 1]
input() | function | reads a line of text from the user
open() | function | opens a file for reading or writing
type() | function | returns the type of a value | type(5) == int | True
int() | function | turns a value into a whole number | int("42") | 42
float() | function | turns a value into a decimal number | float("3.5") | 3.5
str() | function | turns a value into a string | str(42) | '42'
bool() | function | turns a value into True or False | bool(0) | False
enumerate() | function | gives each item together with its index | list(enumerate(["a"])) | [(0, 'a')]
zip() | function | pairs up the items of two lists | list(zip([1], [2])) | [(1, 2)]
map() | function | applies a function to every item | list(map(abs, [-1, 2])) | [1, 2]
filter() | function | keeps the items that pass a test | list(filter(None, [0, 1])) | [1]
any() | function | returns True if at least one item is true | any([False, True]) | True
all() | function | returns True if all items are true | all([True, False]) | False
append() | method | adds an item to the end of a list
pop() | method | removes the last item of a list and returns it | [1, 2].pop() | 2
split() | method | cuts a string into a list of words | "a b".split() | ['a', 'b']
join() | method | joins a list of strings into one string | "-".join(["a", "b"]) | 'a-b'
strip() | method | removes whitespace from both ends of a string | " a ".strip() | 'a'
replace() | method | replaces a part of a string | "cat".replace("c", "b") | 'bat'
upper() | method | makes all letters of a string uppercase | "hi".upper() | 'HI'
lower() | method | makes all letters of a string lowercase | "HI".lower() | 'hi'
format() | method | puts values into a string | "{} cats".format(2) | '2 cats'
items() | method | gives the keys and values of a dictionary | list({"a": 1}.items()) | [('a', 1)]
keys() | method | gives the keys of a dictionary | list({"a": 1}.keys()) | ['a']
get() | method | reads a value from a dictionary without an error for a missing key | {"a": 1}.get("b", 0) | 0
def | keyword | defines a function
return | keyword | ends a function and gives back a value
import | keyword | loads a module so that you can use it
from | keyword | imports single names from a module
for | keyword | starts a loop that runs once for each item
while | keyword | starts a loop that runs as long as a condition is true
if | keyword | runs a block of code only if a condition is true
elif | keyword | checks another condition if the ones before were false
else | keyword | runs a block of code if the condition was false
break | keyword | ends a loop early
continue | keyword | skips to the next round of a loop
pass | keyword | does nothing and fills an empty block
in | keyword | checks if an item is in a list or string | 2 in [1, 2] | True
and | keyword | is true if both sides are true | True and False | False
or | keyword | is true if at least one side is true | True or False | True
not | keyword | turns True into False and False into True | not True | False
try | keyword | starts a block of code that may raise an error
except | keyword | handles an error from a try block
finally | keyword | runs a block of code after try, with or without an error
raise | keyword | signals an error
with | keyword | opens something and closes it at the end of the block
class | keyword | defines a class
lambda | keyword | makes a small function in one line | (lambda x: x + 1)(2) | 3
yield | keyword | gives back a value from a generator and continues later
global | keyword | lets a function change a global variable
del | keyword | deletes a variable or an item
assert | keyword | raises an error if a condition is false
list | type | holds items in order and can be changed | [1, 2, 3][0] | 1
dict | type | stores values under keys | {"a": 1}["a"] | 1
tuple | type | holds a fixed group of items | (1, 2)[1] | 2
set | type | holds each item only once | len({1, 1, 2}) | 2
% | operator | gives the remainder of a division | 7 % 3 | 1
// | operator | divides and rounds down | 7 // 2 | 3
** | operator | raises a number to a power | 2 ** 3 | 8
== | operator | checks if two values are equal | 1 == 2 | False
!= | operator | checks if two values are different | 1 != 2 | True
+= | operator | adds a value to a variable
'''

# language | task; another wording | the code | what the answer must contain
OTHERS = r'''
bash | list the files in a folder; show all files | ls -l | ls
bash | show the current directory; print the working directory | pwd | pwd
bash | make a new folder; create a directory | mkdir notes | mkdir
bash | copy a file; make a copy of a file | cp old.txt new.txt | cp
bash | move a file; rename a file | mv old.txt new.txt | mv
bash | delete a file; remove a file | rm old.txt | rm
bash | show the content of a file; print a text file | cat notes.txt | cat
bash | search for a word in a file; find lines with a word | grep "word" notes.txt | grep
bash | count the lines of a file; get the number of lines in a file | wc -l notes.txt | wc -l
bash | show the first lines of a file; print the top of a file | head -n 5 notes.txt | head
bash | show the last lines of a file; print the end of a file | tail -n 5 notes.txt | tail
bash | find all text files; search for files by name | find . -name "*.txt" | find
bash | sort the lines of a file; put the lines of a file in order | sort notes.txt | sort
bash | make a script executable; allow a file to run | chmod +x run.sh | chmod
bash | print a text; say hello | echo "Hello" | echo
bash | loop over numbers; count from 1 to 3 | for i in 1 2 3; do echo $i; done | for
SQL | get all rows of a table; select everything from a table | SELECT * FROM users; | select
SQL | filter rows by age; select users older than 30 | SELECT * FROM users WHERE age > 30; | where
SQL | count the rows of a table; get the number of users | SELECT COUNT(*) FROM users; | count
SQL | sort the rows by name; order a table by name | SELECT * FROM users ORDER BY name; | order by
SQL | add a row to a table; insert a new user | INSERT INTO users (name, age) VALUES ('Anna', 30); | insert into
SQL | change a row; update the age of a user | UPDATE users SET age = 31 WHERE name = 'Anna'; | update
SQL | delete a row; remove a user | DELETE FROM users WHERE name = 'Anna'; | delete from
SQL | create a table; make a new table | CREATE TABLE pets (name TEXT, age INTEGER); | create table
SQL | group rows and count them; count users per city | SELECT city, COUNT(*) FROM users GROUP BY city; | group by
SQL | get the average age; calculate an average | SELECT AVG(age) FROM users; | avg
SQL | get the first ten rows; limit the number of rows | SELECT * FROM users LIMIT 10; | limit
JavaScript | print to the console; log a message | console.log("Hello"); | console.log
JavaScript | define a function; add two numbers | function add(a, b) { return a + b; } | function add
JavaScript | declare a variable; create a variable | let count = 0; | let
JavaScript | loop over an array; print every item of an array | for (const x of [1, 2, 3]) { console.log(x); } | for
JavaScript | double every number of an array; use map | const doubled = [1, 2, 3].map(x => x * 2); | map
JavaScript | filter an array; keep the even numbers | const evens = [1, 2, 3].filter(x => x % 2 === 0); | filter
JavaScript | turn an object into JSON; make a JSON string | const text = JSON.stringify({ name: "Anna" }); | JSON.stringify
JavaScript | reverse a string; turn a string around | const reversed = "hello".split("").reverse().join(""); | reverse
JavaScript | get the length of an array; count the items of an array | const size = [1, 2, 3].length; | length
HTML | make a link; link to a page | <a href="https://example.com">Example</a> | href
HTML | show an image; add a picture | <img src="cat.png" alt="A cat"> | img
HTML | make a heading; write a title on a page | <h1>Hello</h1> | h1
'''

# requests (those with "! " are held out), then the code after "= "
FILLS = r'''
Print "<w>" in Python. | Write Python code that prints <w>. | How do I print <w> in Python? | print <w> in python
! A line of Python that shows <w> on the screen?
= print("<w>")

Write a function named <f> that returns <n>. | Define a Python function <f> that returns <n>. | function <f> that returns <n>
! What would <f> look like if it only gives back <n>?
= def <f>():
    return <n>

Make a list called <f> with <n>, <m> and <k>. | Create a Python list <f> with the numbers <n>, <m> and <k>.
! Put <n>, <m> and <k> together in a list, its name is <f>.
= <f> = [<n>, <m>, <k>]

Create a variable <f> with the value <n>. | Set <f> to <n> in Python. | python variable <f> equal to <n>
! The name <f> should stand for <n>, how is that coded?
= <f> = <n>

Write a for loop that prints the numbers from <m> to <m+k>. | for loop from <m> to <m+k> in python
! Show every number between <m> and <m+k> by looping.
= for i in range(<m>, <m+k+1>):
    print(i)

Create a dictionary with the name <N> and the age <n>. | Make a Python dict for <N>, age <n>.
! The person <N> is <n>, keep that in a dict.
= person = {"name": "<N>", "age": <n>}

Write a function <f> that adds <n> to x. | Define a function named <f> that adds <n> to its argument x.
! For any x, <f> should be x plus <n>. Code it.
= def <f>(x):
    return x + <n>

Write a function <f> that multiplies x by <n>. | Define a function named <f> that multiplies its argument x by <n>.
! For any x, <f> should be x times <n>. Code it.
= def <f>(x):
    return x * <n>

Write an if statement that prints <w> if <f> is greater than <n>. | Print <w> in Python if <f> is greater than <n>.
! When <f> goes above <n>, show <w>. Code it.
= if <f> > <n>:
    print("<w>")

Write a class <C> with the attribute <f>. | Define a Python class named <C> with the attribute <f>.
! I need a <C> type that keeps a <f>. Code it.
= class <C>:
    def __init__(self, <f>):
        self.<f> = <f>

Print "<w>" <m> times in Python. | Write a loop that prints <w> <m> times. | Repeat print <w> <m> times.
! Say <w> again and again, <m> times in all. Code it.
= for _ in range(<m>):
    print("<w>")

Write a Python greeting for <N>. | Write code that says hello to <N>. | Print hello <N> in Python.
! Some code to welcome <N>, please?
= print("Hello, <N>!")

Write a list comprehension with the squares of the numbers from 0 to <n-1>. | List the squares of 0 to <n-1> in one line.
! Square everything up to <n-1> in a comprehension.
= squares = [i * i for i in range(<n>)]

Make a list with the words <w> and <u>. | Create a Python list of the words <w> and <u>.
! Keep <w> and <u> in a list. Code it.
= words = ["<w>", "<u>"]

Write Python code to add <n> and <m>. | How do I add <n> and <m> in Python? | Print <n> plus <m> in Python.
! Let Python work out <n> plus <m>.
= print(<n> + <m>)

Get the item at index <i> of the list <f>. | How do I read index <i> of <f> in Python?
! What sits at position <i> of <f>, in code?
= print(<f>[<i>])

Add <w> to the list <f>. | How do I append <w> to the list <f> in Python? | append <w> to <f>
! The list <f> should also hold <w>. Code it.
= <f>.append("<w>")

Open the file <w>.txt and print it. | Write Python code that reads <w>.txt and prints the text.
! What does <w>.txt say? Code that shows it.
= with open("<w>.txt") as file:
    print(file.read())
'''

IDENTIFIERS = """total count price items values score size width height level speed weight color data result numbers names
points limit rate amount start index letters words title user city month year key cost depth length rank status area
tax budget salary scale offset margin bonus change step target""".split()
CLASSES = """Car Book Person Animal Player House Student Account Shape Song Ship Garden Team Movie Robot Planet Ticket Plant
Bird Train Island Camera Letter Phone Castle River""".split()
WORD_POOL = """apple river cloud stone music happy green tiger bread window dream winter paper garden rocket sugar lemon
silver ocean candle forest pencil thunder yellow monkey butter summer circle planet mirror pepper hammer button pocket
rabbit kitten dragon castle sunset cookie guitar violin blanket bottle basket carrot potato tomato banana orange purple
hello goodbye welcome done ready start stop yes no thanks morning evening""".split()
