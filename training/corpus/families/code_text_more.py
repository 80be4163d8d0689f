"""More Python snippets that show one feature of the language, for code_data.parse_snippets."""

MORE = r'''
@ ex
t swap two variables | exchange the values of two variables | swap a and b
n variable swap | swap
q What is the way to swap variables in Python?
! The values of a and b should trade places. Code?
i Python can swap two variables in one line.
v a, b = b, a
---
a, b = 1, 2
a, b = b, a
print(a, b)  # 2 1

@ ex
t write a number guessing game | make a guess the number game | program a guessing game
n guess the number | number guessing game
q Write guess the number in Python. | Can you write a guessing game?
! The player should find a secret number. Code?
i This game asks until the guess is right.
v random.randint | input(
---
import random

secret = random.randint(1, 10)
guess = 0
while guess != secret:
    guess = int(input("Your guess: "))
    if guess < secret:
        print("Too low")
    elif guess > secret:
        print("Too high")
print("Correct!")

@ ex
t generate a random number | get a random number | pick a random number from 1 to 10
n random number
q What is the way to get a random number in Python? | How does randint work in Python?
! Some number between 1 and 10 by chance. Code?
i The randint function returns a random whole number.
v random.randint
---
import random

number = random.randint(1, 10)
print(number)

@ ex
t pick a random item from a list | choose a random element | use random.choice
n random choice
q What is the way to pick from a list at random in Python?
! One thing from my list by chance. Code?
i The choice function picks a random item.
v random.choice
---
import random

colors = ["red", "green", "blue"]
print(random.choice(colors))

@ ex
t roll a dice | simulate a dice roll | roll a die
n dice roll
q Write a dice roller. | What is the way to roll dice in Python?
! A number from one to six by chance, like in a board game. Code?
i This code returns a random number from 1 to 6.
v random.randint(1, 6)
---
import random

def roll():
    return random.randint(1, 6)

print(roll())

@ ex
t get the current date | print the date of today | show the current date
n current date | date
q What is the date today in Python code? | How does date.today work in Python?
! My program should know which day it is. Code?
i The date class knows the current day.
v date.today()
---
from datetime import date

today = date.today()
print(today)

@ ex
t get the current time | print the time | show the current time
n current time | time
q What is the way to get the time in Python? | How does datetime.now work in Python?
! I want to show what the clock says right now. Code?
i The datetime class knows the current time.
v datetime.now()
---
from datetime import datetime

now = datetime.now()
print(now.strftime("%H:%M"))

@ ex
t wait for a second | pause a program | sleep for one second
n sleep | time.sleep
q How does sleep work in Python? | What is the way to wait in Python?
! My program should rest a little. Code?
i The sleep function waits for some seconds.
v time.sleep
---
import time

time.sleep(1)
print("done")  # done

@ ex
t convert a dictionary to JSON | write JSON | turn a dict into a JSON string
n json.dumps | JSON
q How does json.dumps work in Python? | What is the way to make JSON in Python?
! My dictionary should become a JSON text. Code?
i The dumps function turns a dictionary into a JSON string.
v json.dumps
---
import json

data = {"name": "Anna", "age": 30}
print(json.dumps(data))  # {"name": "Anna", "age": 30}

@ ex
t parse JSON | read a JSON string | load JSON
n json.loads | JSON parsing
q How does json.loads work in Python? | What is the way to parse JSON in Python?
! I got a JSON text and want a dictionary. Code?
i The loads function turns a JSON string into a dictionary.
v json.loads
---
import json

data = json.loads('{"name": "Anna"}')
print(data["name"])  # Anna

@ ex
t import a module | use the math module | import math
n import | math module
q How does import work in Python? | What is the way to use math in Python?
! I want square roots from the standard library. Code?
i Use import to load a module.
v import math
---
import math

print(math.sqrt(16))  # 4.0
print(round(math.pi, 2))  # 3.14

@ ex
t calculate a square root | find the square root of a number | compute a square root
n square root
q What is the way to get a square root in Python? | How does math.sqrt work?
! I want the number that gives 25 when multiplied by itself. Code?
i The sqrt function returns the square root.
v math.sqrt
---
import math

print(math.sqrt(25))  # 5.0

@ ex
t round a number | round to two decimals
n round
q How does round work in Python? | What is the way to round in Python?
! I only want two digits after the point. Code?
i The round() function takes the number of decimals.
v round(
---
print(round(3.14159, 2))  # 3.14

@ ex
t create a set | use a set | make a set
n set
q How does a set work in Python? | What is a set in Python?
! A collection without doubles. Code?
i A set holds each item only once.
v colors
---
colors = {"red", "blue", "red"}
colors.add("green")
print(len(colors))  # 3

@ ex
t create a tuple | use a tuple | unpack a tuple
n tuple
q How does a tuple work in Python? | What is a tuple in Python?
! A pair of values that never changes. Code?
i A tuple is a fixed group of values.
v point
---
point = (3, 4)
x, y = point
print(x + y)  # 7

@ ex
t use recursion | write a recursive function | make a function call itself
n recursion | recursive function
q How does recursion work in Python? | What is recursion in Python?
! A function that uses itself. Code?
i A recursive function calls itself until it reaches the simple case.
v return n *
---
def factorial(n):
    if n <= 1:
        return 1
    return n * factorial(n - 1)

print(factorial(5))  # 120

@ ex
t write a generator | use yield | make a generator function
n generator | yield
q How does a generator work in Python? | What does yield do in a function?
! Values one at a time, made when needed. Code?
i A generator uses yield to return one value at a time.
v yield
---
def count_to(n):
    i = 1
    while i <= n:
        yield i
        i += 1

print(list(count_to(3)))  # [1, 2, 3]

@ ex
t write a decorator | use a decorator | decorate a function
n decorator
q How does a decorator work in Python? | What is a decorator in Python?
! I want to wrap a function with extra steps. Code?
i A decorator wraps a function to add something to it.
v @shout
---
def shout(function):
    def wrapper(text):
        return function(text).upper()
    return wrapper

@shout
def greet(name):
    return "hello " + name

print(greet("Anna"))  # HELLO ANNA

@ ex
t use a with statement | open a file with with | use a context manager
n with statement | with
q How does with work in Python? | What is a with statement in Python?
! A file that closes on its own. Code?
i The with statement closes the file at the end of the block.
v with open
---
with open("notes.txt", "w") as file:
    file.write("first line")
print(file.closed)  # True

@ ex
t read user input | ask the user for a name | get input from the user
n input | user input
q How does input work in Python? | What is the way to ask the user something in Python?
! The user should type something. Code?
i The input() function reads a line from the user.
v input(
---
name = input("What is your name? ")
print("Hello, " + name)

@ ex
t use a ternary operator | write if else in one line | use a conditional expression
n ternary operator | conditional expression
q How does the ternary operator work in Python? | What is the way to write a one line if in Python?
! Pick one of two values in a single line. Code?
i A conditional expression picks one of two values.
v "even" if
---
n = 7
text = "even" if n % 2 == 0 else "odd"
print(text)  # odd

@ ex
t count down from 10 | write a countdown | print a countdown
n countdown
q Write a countdown in Python. | What is the way to count backwards in Python?
! Ten, nine, eight and so on. Code?
i This loop counts down from 10 to 1.
v range(10, 0, -1)
---
for i in range(10, 0, -1):
    print(i)
print("Go!")

@ ex
t take any number of arguments | use *args | write a function with many arguments
n *args
q How does *args work in Python? | What is *args in Python?
! My function should take three or five values. Code?
i With *args a function takes any number of arguments.
v *numbers
---
def total(*numbers):
    return sum(numbers)

print(total(1, 2, 3))  # 6

@ ex
t stop a loop early | use break | leave a loop
n break | break statement
q How does break work in Python? | What is the way to leave a loop in Python?
! The loop should end when I have what I want. Code?
i The break statement ends the loop.
v break
---
for n in range(10):
    if n == 3:
        break
    print(n)

@ ex
t skip an item in a loop | use continue | jump to the next round of a loop
n continue | continue statement
q How does continue work in Python? | What is the way to skip a step in a loop?
! One value in the loop should be left out. Code?
i The continue statement goes on with the next item.
v continue
---
for n in range(5):
    if n == 2:
        continue
    print(n)

@ ex
t print a triangle of stars | print a star pattern | draw a triangle with stars
n star pattern | star triangle
q Write a star pattern program. | What is the code for a triangle of stars?
! A little pyramid made of asterisks. Code?
i Each line has one more star.
v "*" * i
---
for i in range(1, 6):
    print("*" * i)

@ ex
t write a simple calculator | make a small calculator | calculate with an operator
n simple calculator | calculator
q Write a calculator in Python. | Can you write a small calculator?
! Plus, minus and times for two numbers. Code?
i This function applies the chosen operator to two numbers.
v def calculate
---
def calculate(a, operator, b):
    if operator == "+":
        return a + b
    if operator == "-":
        return a - b
    if operator == "*":
        return a * b
    return a / b

print(calculate(6, "*", 7))  # 42

@ ex
t write a unit test | test a function | use assert
n assert | unit test
q How does assert work in Python? | What does a simple test look like in Python?
! I want to be sure that my function is right. Code?
i The assert statement fails if the result is wrong.
v assert
---
def add(a, b):
    return a + b

def test_add():
    assert add(2, 3) == 5

test_add()
'''
