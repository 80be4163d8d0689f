"""Python snippets about numbers, in the small block format that code_data.parse_snippets reads."""

NUMBERS = r'''
@ fn
t calculate the fibonacci sequence | compute fibonacci numbers | generate the first n fibonacci numbers | calculate fibonacci
n fibonacci | the fibonacci sequence | fibonacci numbers
q Write a fibonacci function. | Can you write fibonacci in Python?
! I need the first few fibonacci numbers, what would that look like as code?
i This function returns the first n Fibonacci numbers.
c Each number is the sum of the two numbers before it.
v def fibonacci
---
def fibonacci(n):
    numbers = []
    a, b = 0, 1
    for _ in range(n):
        numbers.append(a)
        a, b = b, a + b
    return numbers

@ fn
t calculate the factorial of a number | compute a factorial | find the factorial of n
n factorial | the factorial of a number | a factorial function
q Write a factorial function. | Define factorial in Python.
! How would one get n! with a loop?
i This function returns the factorial of n.
c It multiplies all whole numbers from 1 to n.
v def factorial
---
def factorial(n):
    result = 1
    for i in range(2, n + 1):
        result *= i
    return result

@ fn
t check if a number is prime | test whether a number is prime | tell if n is a prime number
n a prime check | prime number check | is_prime
q Is there a Python function to check primes? | Write is_prime in Python.
! I want to know if some integer is a prime, got code for that?
i This function returns True if n is a prime number.
c It tries all divisors up to the square root of n.
v def is_prime
---
def is_prime(n):
    if n < 2:
        return False
    for i in range(2, int(n ** 0.5) + 1):
        if n % i == 0:
            return False
    return True

@ fn
t list all prime numbers up to n | find all primes below a limit | print the prime numbers up to a limit
n a list of prime numbers | primes up to n
q Give me all primes up to n in Python. | Write a function that returns a list of primes.
! What code collects every prime under some limit?
i This function returns all prime numbers up to the limit.
v def primes_up_to
---
def primes_up_to(limit):
    primes = []
    for n in range(2, limit + 1):
        if all(n % p != 0 for p in primes):
            primes.append(n)
    return primes

@ fn
t calculate the greatest common divisor | find the gcd of two numbers | compute the gcd
n gcd | the greatest common divisor | the gcd of two numbers
q Write a gcd function. | What does a gcd function look like in Python?
! Euclid's algorithm as Python code?
i This function returns the greatest common divisor of a and b.
c It uses the algorithm of Euclid.
v def gcd
---
def gcd(a, b):
    while b:
        a, b = b, a % b
    return a

@ fn
t calculate the least common multiple | find the lcm of two numbers | compute the lcm
n lcm | the least common multiple | the lcm of two numbers
q Write an lcm function. | How is the lcm computed in Python?
! I have two integers and want their lowest common multiple in code.
i This function returns the least common multiple of a and b.
c It divides the product by the greatest common divisor.
v def lcm
---
import math

def lcm(a, b):
    return a * b // math.gcd(a, b)

@ fn
t raise a number to a power | calculate a power | compute x to the power of n
n powers | a power function | exponents
q Write a power function without using the ** operator. | How do I calculate exponents in Python?
! Raise base to exponent with a plain loop, what is the code?
i This function returns the base raised to the exponent.
c In Python you can also write base ** exponent.
v def power
---
def power(base, exponent):
    result = 1
    for _ in range(exponent):
        result *= base
    return result

@ fn
t sum the digits of a number | add up the digits of a number | calculate the digit sum
n the digit sum | the sum of digits | digit sum
q Write a digit sum function. | What is the sum of the digits of n in Python?
! Given 1234 I want 10, the digits added together. What is the code?
i This function adds up the digits of a number.
c It turns the number into a string and adds each digit.
v def digit_sum
---
def digit_sum(n):
    return sum(int(digit) for digit in str(n))

@ fn
t count the digits of a number | find how many digits a number has | get the number of digits
n counting digits | a digit counter
q How many digits does a number have in Python? | Write a digit counter function.
! I want to know how long an integer is in digits, code for that?
i This function returns how many digits a number has.
v def count_digits
---
def count_digits(n):
    return len(str(abs(n)))

@ fn
t check if a year is a leap year | test for a leap year | find out if a year is a leap year
n a leap year check | leap years | leap year
q Write a leap year function. | Is a year a leap year in Python?
! Does a given year have a February 29? Write that in code.
i This function returns True if the year is a leap year.
c A leap year is divisible by 4, but a century must be divisible by 400.
v def is_leap_year
---
def is_leap_year(year):
    if year % 400 == 0:
        return True
    return year % 4 == 0 and year % 100 != 0

@ fn
t convert celsius to fahrenheit | change celsius into fahrenheit | turn a celsius temperature into fahrenheit
n celsius to fahrenheit | celsius to fahrenheit conversion
q Write a celsius to fahrenheit converter. | What is the Python function from celsius to fahrenheit?
! My thermometer shows celsius, I want fahrenheit. Code?
i This function converts degrees Celsius to Fahrenheit.
c Multiply by 9/5 and add 32.
v def celsius_to_fahrenheit
---
def celsius_to_fahrenheit(celsius):
    return celsius * 9 / 5 + 32

@ fn
t convert fahrenheit to celsius | change fahrenheit into celsius | turn a fahrenheit temperature into celsius
n fahrenheit to celsius | fahrenheit to celsius conversion
q Write a fahrenheit to celsius converter. | What is the Python function from fahrenheit to celsius?
! My oven shows fahrenheit, I want celsius. Code?
i This function converts degrees Fahrenheit to Celsius.
c Subtract 32 and multiply by 5/9.
v def fahrenheit_to_celsius
---
def fahrenheit_to_celsius(fahrenheit):
    return (fahrenheit - 32) * 5 / 9

@ fn
t check if a number is even | test whether a number is even | tell if a number is even or odd
n an even number check | even or odd | is_even
q Is a number even in Python? | Write an is_even function.
! What code says whether an integer can be halved evenly?
i This function returns True if n is even.
c The % operator gives the remainder of the division by 2.
v def is_even
---
def is_even(n):
    return n % 2 == 0

@ fn
t get the even numbers from a list | filter the even numbers in a list | find all even numbers in a list
n the even numbers of a list | even numbers
q Write a function that returns only the even numbers. | How do I keep only even numbers in Python?
! I have a list and only the evens should stay. Code?
i This function returns the even numbers of a list.
v def even_numbers
---
def even_numbers(numbers):
    return [n for n in numbers if n % 2 == 0]

@ fn
t get the odd numbers from a list | filter the odd numbers in a list | find all odd numbers in a list
n the odd numbers of a list | odd numbers
q Write a function that returns only the odd numbers. | How do I keep only odd numbers in Python?
! I have a list and only the odds should stay. Code?
i This function returns the odd numbers of a list.
v def odd_numbers
---
def odd_numbers(numbers):
    return [n for n in numbers if n % 2 == 1]

@ fn
t calculate the average of a list | find the mean of a list of numbers | compute the average of some numbers
n the average of a list | the mean | average
q Write an average function. | How is the mean of a list computed in Python?
! I have five grades and want their mean, what is the code?
i This function returns the average of a list of numbers.
c It divides the sum by the number of items.
v def average
---
def average(numbers):
    return sum(numbers) / len(numbers)

@ fn
t find the median of a list | calculate the median | compute the median of some numbers
n the median | the median of a list
q Write a median function. | How is the median computed in Python?
! I want the middle value of my data, what is the code?
i This function returns the median of a list of numbers.
c It sorts the list and takes the middle.
v def median
---
def median(numbers):
    ordered = sorted(numbers)
    middle = len(ordered) // 2
    if len(ordered) % 2 == 1:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) / 2

@ fn
t add two numbers | return the sum of two numbers | add a and b
n adding two numbers | the sum of two numbers | addition
q Write an add function. | Define a function add(a, b).
! What is a tiny function for a plus b?
i This function returns the sum of a and b.
v def add
---
def add(a, b):
    return a + b

@ fn
t calculate the square of a number | square a number | return the square of x
n squares | the square of a number | a square function
q Write a square function. | Define a function square(x).
! A number times itself, what does that look like as a function?
i This function returns the square of x.
v def square
---
def square(x):
    return x * x

@ fn
t sum the numbers from 1 to n | add all numbers from 1 to n | calculate the sum of the first n numbers
n the sum from 1 to n | the sum of the first n numbers
q What is the sum of 1 to n in Python? | Write a function that adds 1 to n.
! I want 1 + 2 + 3 and so on up to n. Code?
i This function returns the sum of the numbers from 1 to n.
v def sum_to_n
---
def sum_to_n(n):
    return sum(range(1, n + 1))

@ fn
t play fizzbuzz | print fizzbuzz | solve fizzbuzz
n fizzbuzz | FizzBuzz | the fizzbuzz game
q Write fizzbuzz. | Solve FizzBuzz for me.
! The classic interview game with Fizz and Buzz, what is the code?
i This function prints FizzBuzz up to n.
c Multiples of 3 print Fizz, multiples of 5 print Buzz, and both print FizzBuzz.
v def fizzbuzz
---
def fizzbuzz(n):
    for i in range(1, n + 1):
        if i % 15 == 0:
            print("FizzBuzz")
        elif i % 3 == 0:
            print("Fizz")
        elif i % 5 == 0:
            print("Buzz")
        else:
            print(i)

@ fn
t print a multiplication table | make a multiplication table | show the times table of a number
n a multiplication table | the times table | multiplication tables
q Write a multiplication table function. | Print the times table of 7 in Python.
! My kid wants to see the times tables. Code?
i This function prints the multiplication table of n.
v def multiplication_table
---
def multiplication_table(n):
    for i in range(1, 11):
        print(n, "x", i, "=", n * i)

@ fn
t convert a number to binary | turn a decimal number into binary | get the binary form of a number
n decimal to binary | binary conversion
q Write a decimal to binary converter. | What is the Python function to convert to binary?
! I want 10 to become 1010. Code?
i This function returns the binary digits of n as a string.
c The built-in bin() adds the prefix 0b, so it is cut off.
v def to_binary
---
def to_binary(n):
    return bin(n)[2:]

@ fn
t calculate the area of a circle | find the area of a circle | compute a circle area
n the area of a circle | circle area
q Write a circle area function. | How is the area of a circle computed in Python?
! I know the radius and want the area. Code?
i This function returns the area of a circle.
c The area is pi times the radius squared.
v def circle_area | math.pi
---
import math

def circle_area(radius):
    return math.pi * radius ** 2

@ fn
t calculate the area of a rectangle | find the area of a rectangle | compute a rectangle area
n the area of a rectangle | rectangle area
q Write a rectangle area function. | How is the area of a rectangle computed in Python?
! I know width and height and want the area. Code?
i This function returns the area of a rectangle.
v def rectangle_area
---
def rectangle_area(width, height):
    return width * height
'''
