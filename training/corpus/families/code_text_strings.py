"""Python snippets about strings, in the small block format that code_data.parse_snippets reads."""

STRINGS = r'''
@ fn
t reverse a string | turn a string around | write a string backwards
n reversing a string | string reversal | a reversed string
q Write a reverse string function. | What is the easiest way to reverse a string in Python?
! I want hello to become olleh. Code?
i This function returns the string in reverse order.
c The slice [::-1] reads the string from the end.
v def reverse_string
---
def reverse_string(text):
    return text[::-1]

@ fn
t check if a string is a palindrome | test for a palindrome | find out if a word is a palindrome
n a palindrome check | palindromes | palindrome
q Write is_palindrome in Python. | Is a word a palindrome in Python?
! Does a word read the same from both ends? Write that in code.
i This function returns True if the text is a palindrome.
c It compares the text with its reverse.
v def is_palindrome
---
def is_palindrome(text):
    text = text.lower()
    return text == text[::-1]

@ fn
t count the vowels in a string | count vowels | find the number of vowels in a word
n counting vowels | a vowel counter | vowels
q How many vowels are in a word in Python? | Write a vowel counter function.
! I want to know how often a, e, i, o and u appear. Code?
i This function counts the vowels in a text.
v def count_vowels
---
def count_vowels(text):
    count = 0
    for letter in text.lower():
        if letter in "aeiou":
            count += 1
    return count

@ fn
t check if two words are anagrams | test for anagrams | find out if two strings are anagrams
n an anagram check | anagrams | anagram
q Write is_anagram in Python. | Are two words anagrams in Python?
! Do two words use the same letters? Write that in code.
i This function returns True if the words are anagrams.
c Two anagrams have the same sorted letters.
v def is_anagram
---
def is_anagram(first, second):
    return sorted(first.lower()) == sorted(second.lower())

@ fn
t count the words in a text | count words | find the number of words in a sentence
n a word count | counting words | a word counter
q How many words are in a sentence in Python? | Write a word count function.
! My essay has how many words? Write that in code.
i This function returns the number of words in a text.
v def count_words
---
def count_words(text):
    return len(text.split())

@ fn
t count how often each word occurs | count word frequencies | make a dictionary of word counts
n word frequency | word frequencies
q How often does each word appear in a text in Python? | Write a word frequency function.
! I want a tally of all words in a text. Code?
i This function counts how often each word occurs.
c The result is a dictionary from word to count.
v def word_frequency
---
def word_frequency(text):
    counts = {}
    for word in text.lower().split():
        counts[word] = counts.get(word, 0) + 1
    return counts

@ fn
t count a letter in a string | count how often a character appears | find how many times a letter occurs
n counting a letter | counting characters
q How often does a letter appear in a word in Python? | Write a function that counts a letter.
! How many times is e in a sentence? Write that in code.
i This function counts how often a letter appears in a text.
v def count_letter
---
def count_letter(text, letter):
    return text.count(letter)

@ fn
t find the longest word in a sentence | get the longest word | return the longest word of a text
n the longest word
q What is the longest word of a sentence in Python? | Write a longest word function.
! Which word in a text has the most letters? Write that in code.
i This function returns the longest word of a text.
v def longest_word
---
def longest_word(text):
    return max(text.split(), key=len)

@ fn
t capitalize every word | make the first letter of each word uppercase | write a text in title case
n title case | capitalizing words
q Write a function that capitalizes each word. | What is the Python way to get title case?
! I want big first letters for all words. Code?
i This function makes the first letter of every word uppercase.
v def capitalize_words
---
def capitalize_words(text):
    return " ".join(word.capitalize() for word in text.split())

@ fn
t remove the spaces from a string | delete all spaces in a text | strip every space out of a string
n removing spaces | removing whitespace
q Write a function that removes spaces. | What is the Python way to remove spaces?
! All blanks should vanish from my text. Code?
i This function removes all spaces from a text.
v def remove_spaces
---
def remove_spaces(text):
    return text.replace(" ", "")

@ fn
t remove the vowels from a string | delete all vowels in a text | drop vowels from a word
n removing vowels
q Write a function that removes vowels. | What is the Python way to remove vowels?
! I want a text without a, e, i, o and u. Code?
i This function removes all vowels from a text.
v def remove_vowels
---
def remove_vowels(text):
    return "".join(c for c in text if c.lower() not in "aeiou")

@ fn
t encrypt a text with the caesar cipher | shift the letters of a text | write a caesar cipher
n the caesar cipher | a caesar cipher
q Write a caesar cipher function. | How does a caesar cipher look in Python?
! Every letter should move three places in the alphabet. Code?
i This function shifts every lowercase letter of a text.
v def caesar
---
def caesar(text, shift):
    result = ""
    for c in text:
        if "a" <= c <= "z":
            c = chr((ord(c) - ord("a") + shift) % 26 + ord("a"))
        result += c
    return result

@ fn
t greet a person | say hello to someone | print a greeting for a name
n a greeting | a greeting function
q Write a greet function. | Write a function that takes a name and says hello.
! A tiny function that welcomes somebody, please?
i This function returns a greeting for a name.
v def greet
---
def greet(name):
    return f"Hello, {name}!"

@ ex
t join a list of strings | combine strings with a comma | turn a list into a string
n join | string join
q How does join work in Python? | What is the way to join words with spaces in Python?
! I have words in a list and want one line. Code?
i The join method puts strings together with a separator.
v .join(
---
words = ["red", "green", "blue"]
text = ", ".join(words)
print(text)  # red, green, blue

@ ex
t split a string | split a text into words | break a sentence into a list of words
n split | string split
q How does split work in Python? | How do I turn a sentence into a list of words?
! I have a line and want its separate words. Code?
i The split method cuts a string into a list.
v .split(
---
text = "one two three"
words = text.split()
print(words)  # ['one', 'two', 'three']

@ ex
t split a string by commas | split a comma separated line | split at a comma
n comma split
q How do I split a csv line in Python? | How can I cut a string at each comma?
! A line like a,b,c should become three parts. Code?
i Give the separator to the split method.
v .split(","
---
line = "apple,pear,plum"
parts = line.split(",")
print(parts)  # ['apple', 'pear', 'plum']

@ ex
t replace a word in a string | replace text in a string | swap one word for another in a text
n replace | string replace
q How does replace work in Python? | What is the method to replace part of a string?
! In my text cat should become dog. Code?
i The replace method returns a new string.
v .replace(
---
text = "I like cats"
print(text.replace("cats", "dogs"))  # I like dogs

@ ex
t convert a string to uppercase | make a string uppercase | make a string lowercase | change the case of a text
n upper and lower | uppercase
q How do upper and lower work in Python? | What is the method for uppercase letters?
! I want a text in all caps. Code?
i Use upper() and lower() to change the case of a string.
v .upper()
---
text = "Hello"
print(text.upper())  # HELLO
print(text.lower())  # hello

@ ex
t get the length of a string | find the length of a list | count the characters of a string
n len | string length
q How long is a string in Python? | How do I know how many items a list has?
! The number of letters in a word, what is the code?
i The len() function returns the length of a string or a list.
v len(
---
word = "Python"
print(len(word))  # 6
print(len([1, 2, 3]))  # 3

@ ex
t slice a string | slice a list | get part of a string | take a substring
n slicing | slice
q How does slicing work in Python? | What is a slice in Python?
! Only the first three letters of a word, what is the code?
i A slice takes the items from the start up to, but not including, the end.
v [0:3] | [-1]
---
text = "Python"
print(text[0:3])  # Pyt
print(text[3:])  # hon
print(text[-1])  # n

@ ex
t use an f-string | format a string with variables | put a variable into a string
n f-string | string formatting
q How do f-strings work in Python? | What is an f-string in Python?
! A sentence with my variables inside, what is the code?
i An f-string puts values into a text with curly braces.
v f"
---
name = "Anna"
age = 30
print(f"{name} is {age} years old")  # Anna is 30 years old

@ ex
t remove whitespace from the ends of a string | strip a string | trim a string
n strip | string strip
q How does strip work in Python? | What is the method to trim a string?
! My text has blanks at both ends, get rid of them. Code?
i The strip method removes whitespace from both ends.
v .strip()
---
text = "  hello  "
print(text.strip())  # hello

@ ex
t check if a string contains a word | search for a word in a string | find a substring
n in operator | substring check
q Does a text contain a word in Python? | How do I know if a word is in a text?
! Is cat somewhere in my sentence? Write that in code.
i Use the in operator to look for a word in a text.
v in text
---
text = "the cat sleeps"
if "cat" in text:
    print("found")  # found

@ ex
t convert a string to a number | turn a string into an int | convert a number to a string
n type conversion | int and str
q How do I turn text into a number in Python? | How do I cast to int in Python?
! I have the text 42 and want to do math with it. Code?
i Use int(), float() and str() to convert between types.
v int(
---
number = int("42")
price = float("3.5")
text = str(number)
print(number + 1)  # 43
'''
