"""Python snippets that show one feature of the language, for code_data.parse_snippets."""

BASICS = r'''
@ ex
t print hello world | write hello world | make a hello world program
n hello world | Hello World
q Hello world in Python? | Write hello world.
! The very first program everybody writes, please?
i This program prints a greeting.
v print("Hello, world!")
---
print("Hello, world!")  # Hello, world!

@ ex
t write a for loop | loop over a list | use a for loop | iterate over a list
n for loop | loop
q How does a for loop work in Python? | What does a for loop look like in Python?
! I want to do something with each thing in a list. Code?
i A for loop runs once for each item.
v for fruit in
---
fruits = ["apple", "pear", "plum"]
for fruit in fruits:
    print(fruit)

@ ex
t write a while loop | use a while loop | repeat code while a condition is true
n while loop
q How does a while loop work in Python? | What does a while loop look like in Python?
! Repeat something until a count is reached. Code?
i A while loop runs as long as its condition is true.
v while count
---
count = 1
while count <= 5:
    print(count)
    count += 1

@ ex
t write an if statement | use if and else | check a condition
n if statement | if else
q How does an if statement work in Python? | What does if and else look like in Python?
! Do one thing or another, based on a number. Code?
i An if statement runs code only if a condition is true.
v if age | else:
---
age = 20
if age >= 18:
    print("adult")  # adult
else:
    print("child")

@ ex
t use elif | check several conditions | write an if elif else chain
n elif | if elif else
q How does elif work in Python? | What does elif look like in Python?
! More than two cases to tell apart. Code?
i Use elif to check more than one condition.
v elif
---
score = 75
if score >= 90:
    print("great")
elif score >= 60:
    print("good")  # good
else:
    print("try again")

@ ex
t write a list comprehension | use a list comprehension | build a list in one line
n list comprehension
q How does a list comprehension work in Python? | What is a list comprehension?
! A list of squares in a single line. Code?
i A list comprehension builds a list in one line.
v for n in range
---
squares = [n * n for n in range(5)]
print(squares)  # [0, 1, 4, 9, 16]

@ ex
t create a dictionary | use a dictionary | make a dict
n dictionary | dict
q How does a dictionary work in Python? | What does a dict look like in Python?
! I want to look up an age by a name. Code?
i A dictionary stores values under keys.
v ages =
---
ages = {"Anna": 30, "Ben": 25}
ages["Carl"] = 41
print(ages["Anna"])  # 30

@ ex
t loop over a dictionary | iterate over a dict | print all keys and values
n dictionary loop
q What is the way to loop over a dict in Python? | How does items() work in Python?
! Every key with its value, one per line. Code?
i The items() method gives each key with its value.
v .items()
---
ages = {"Anna": 30, "Ben": 25}
for name, age in ages.items():
    print(name, age)

@ ex
t define a function with a default argument | set a default value for an argument | use default arguments
n default argument | default parameter
q What is a default argument in Python? | How do default arguments work in Python?
! An argument that may be left out. Code?
i A default value is used when the argument is left out.
v name="friend"
---
def greet(name="friend"):
    return "Hello, " + name

print(greet())  # Hello, friend
print(greet("Anna"))  # Hello, Anna

@ ex
t define a function | write a function | create a function
n function | function definition
q How does def work in Python? | What does a function look like in Python?
! I want to give a piece of code a name and call it. Code?
i Use def to define a function and return to give back a value.
v def double
---
def double(x):
    return x * 2

print(double(4))  # 8

@ ex
t write a class | create a class | define a class with a method
n class | simple class
q How does a class work in Python? | What does a class look like in Python?
! A small object with a name and a method. Code?
i A class holds data and the methods that use it.
v class Dog
---
class Dog:
    def __init__(self, name):
        self.name = name

    def bark(self):
        return self.name + " says woof"

dog = Dog("Rex")
print(dog.bark())  # Rex says woof

@ ex
t use inheritance | write a subclass | inherit from a class
n inheritance | subclass
q How does inheritance work in Python? | What is a subclass in Python?
! A class that builds on another class. Code?
i A subclass inherits the methods of its parent class.
v class Cat(Animal)
---
class Animal:
    def speak(self):
        return "some sound"

class Cat(Animal):
    def speak(self):
        return "meow"

print(Cat().speak())  # meow

@ ex
t create a dataclass | use a dataclass | write a dataclass
n dataclass
q How does a dataclass work in Python? | What is a dataclass in Python?
! A short class that only holds fields. Code?
i A dataclass writes the __init__ method for you.
v @dataclass
---
from dataclasses import dataclass

@dataclass
class Point:
    x: int
    y: int

print(Point(1, 2))  # Point(x=1, y=2)

@ ex
t read a file | open and read a text file | load the text of a file
n file reading | read file
q What is the way to read a file in Python? | How do I get the content of a file?
! I have notes.txt and want to see what it says. Code?
i Open the file and call read() to get its text.
v open( | .read()
---
with open("notes.txt") as file:
    text = file.read()
print(text)

@ ex
t write to a file | save text to a file | write a file
n file writing | write file
q What is the way to write a file in Python? | How do I put text into a file?
! My text should end up on the disk. Code?
i Open the file with mode "w" to write to it.
v open( | "w" | .write(
---
with open("notes.txt", "w") as file:
    file.write("Hello\n")

@ ex
t read a file line by line | loop over the lines of a file | print each line of a file
n line by line reading
q What is the way to read lines in Python? | How do I go through a file line by line?
! Each line of notes.txt, one after the other. Code?
i A file can be used in a for loop to get its lines.
v for line in file
---
with open("notes.txt") as file:
    for line in file:
        print(line.strip())

@ ex
t use try and except | catch an exception | handle an error
n try except | exception handling
q How does try except work in Python? | What does try and except look like in Python?
! Bad input should not crash my program. Code?
i The except block runs if the try block raises the error.
v try: | except ValueError
---
try:
    number = int("abc")
except ValueError:
    print("That is not a number")  # That is not a number

@ ex
t raise an exception | raise an error | throw an error
n raise | raise statement
q How does raise work in Python? | What is the way to raise an error in Python?
! My function should complain about bad values. Code?
i Use raise to signal an error.
v raise ValueError
---
def set_age(age):
    if age < 0:
        raise ValueError("age must not be negative")
    return age

@ ex
t write a lambda | use a lambda function | make a small anonymous function
n lambda | lambda function
q How does lambda work in Python? | What is a lambda in Python?
! A function without a name, in one line. Code?
i A lambda is a small function in one line.
v lambda
---
double = lambda x: x * 2
print(double(5))  # 10

@ ex
t use map | apply a function to every item of a list | double every number of a list
n map | map function
q How does map work in Python? | What is the way to use map in Python?
! The same step for all the numbers in a list. Code?
i The map() function applies a function to every item.
v map(
---
numbers = [1, 2, 3]
doubled = list(map(lambda x: x * 2, numbers))
print(doubled)  # [2, 4, 6]

@ ex
t use filter | keep only some items of a list | filter a list
n filter | filter function
q How does filter work in Python? | What is the way to use filter in Python?
! Only the numbers above two should stay. Code?
i The filter() function keeps the items that pass a test.
v filter(
---
numbers = [1, 2, 3, 4]
big = list(filter(lambda x: x > 2, numbers))
print(big)  # [3, 4]

@ ex
t use range | loop over a range of numbers | count from 0 to 4
n range | range loop
q How does range work in Python? | What is the way to use range in Python?
! I want to count up in a loop. Code?
i The range() function gives the numbers from 0 up to, but not including, 5.
v range(5)
---
for i in range(5):
    print(i)

@ ex
t use enumerate | loop with an index | get the index in a for loop
n enumerate
q How does enumerate work in Python? | What is the way to use enumerate in Python?
! I want the position of each thing while I loop. Code?
i The enumerate() function gives the index and the item.
v enumerate(
---
letters = ["a", "b", "c"]
for index, letter in enumerate(letters):
    print(index, letter)

@ ex
t use zip | loop over two lists at once | pair up two lists
n zip
q How does zip work in Python? | What is the way to use zip in Python?
! Two lists side by side in one loop. Code?
i The zip() function pairs up the items of two lists.
v zip(
---
names = ["Anna", "Ben"]
ages = [30, 25]
for name, age in zip(names, ages):
    print(name, age)
'''
