"""Python snippets about lists, dictionaries and algorithms, for code_data.parse_snippets."""

LISTS = r'''
@ fn
t sum a list of numbers | add up all numbers in a list | calculate the sum of a list
n the sum of a list | list sum
q Write a function that adds up a list. | What is the total of a list in Python?
! I have prices in a list and want the total. Code?
i This function adds up all numbers in a list.
c The built-in sum() does the same.
v def sum_list
---
def sum_list(numbers):
    total = 0
    for number in numbers:
        total += number
    return total

@ fn
t find the maximum of a list | find the largest number in a list | get the biggest number
n the maximum of a list | the largest number
q Write a function that returns the largest number. | What is the maximum of a list in Python?
! Which number in my list is the top one? Write that in code.
i This function returns the largest number of a list.
c The built-in max() does the same.
v def find_max
---
def find_max(numbers):
    largest = numbers[0]
    for number in numbers:
        if number > largest:
            largest = number
    return largest

@ fn
t find the minimum of a list | find the smallest number in a list | get the lowest number
n the minimum of a list | the smallest number
q Write a function that returns the smallest number. | What is the minimum of a list in Python?
! Which number in my list is the bottom one? Write that in code.
i This function returns the smallest number of a list.
c The built-in min() does the same.
v def find_min
---
def find_min(numbers):
    smallest = numbers[0]
    for number in numbers:
        if number < smallest:
            smallest = number
    return smallest

@ fn
t find the second largest number in a list | get the second biggest number
n the second largest number | the second largest
q Write a second largest function. | What is the second largest number of a list in Python?
! I want the runner-up value in a list. Code?
i This function returns the second largest number of a list.
v def second_largest
---
def second_largest(numbers):
    return sorted(set(numbers))[-2]

@ fn
t sort a list with bubble sort | do a bubble sort | implement bubble sort
n bubble sort | the bubble sort algorithm
q Write bubble sort. | What does bubble sort look like in Python?
! A simple sort that swaps neighbours, what is the code?
i Bubble sort swaps neighbors until the list is sorted.
v def bubble_sort
---
def bubble_sort(items):
    n = len(items)
    for i in range(n):
        for j in range(n - i - 1):
            if items[j] > items[j + 1]:
                items[j], items[j + 1] = items[j + 1], items[j]
    return items

@ fn
t do a binary search | search a sorted list with binary search | implement binary search
n binary search | the binary search algorithm
q Write binary search. | What does binary search look like in Python?
! I want to look up a value in a sorted list by halving. Code?
i Binary search finds the index of a target in a sorted list.
v def binary_search
---
def binary_search(items, target):
    low, high = 0, len(items) - 1
    while low <= high:
        middle = (low + high) // 2
        if items[middle] == target:
            return middle
        if items[middle] < target:
            low = middle + 1
        else:
            high = middle - 1
    return -1

@ fn
t do a linear search | search a list from start to end | implement linear search
n linear search | the linear search algorithm
q Write linear search. | What does linear search look like in Python?
! I want to go through a list one by one until I see my value. Code?
i Linear search checks each item until it finds the target.
v def linear_search
---
def linear_search(items, target):
    for index, item in enumerate(items):
        if item == target:
            return index
    return -1

@ fn
t sort a list with quicksort | do a quicksort | implement quicksort
n quicksort | the quicksort algorithm | quick sort
q Write quicksort. | What does quicksort look like in Python?
! A fast sort with a pivot, what is the code?
i Quicksort splits the list around a pivot and sorts both parts.
v def quicksort
---
def quicksort(items):
    if len(items) <= 1:
        return items
    pivot = items[0]
    left = [x for x in items[1:] if x < pivot]
    right = [x for x in items[1:] if x >= pivot]
    return quicksort(left) + [pivot] + quicksort(right)

@ fn
t merge two sorted lists | combine two sorted lists | join two sorted lists into one
n merging two sorted lists | a merge of sorted lists
q Write a merge function for sorted lists. | What is the merge step of merge sort in Python?
! Two ordered lists should become one ordered list. Code?
i This function merges two sorted lists into one sorted list.
v def merge
---
def merge(a, b):
    result = []
    i = j = 0
    while i < len(a) and j < len(b):
        if a[i] <= b[j]:
            result.append(a[i])
            i += 1
        else:
            result.append(b[j])
            j += 1
    return result + a[i:] + b[j:]

@ fn
t flatten a list of lists | flatten a nested list | turn nested lists into one list
n flattening a list | flatten
q Write a flatten function. | What is the way to flatten a list in Python?
! I have [[1], [2, 3]] and want [1, 2, 3]. Code?
i This function turns a list of lists into one flat list.
v def flatten
---
def flatten(lists):
    return [item for inner in lists for item in inner]

@ fn
t remove duplicates from a list | delete duplicate items | keep only the unique items of a list
n removing duplicates | unique items
q Write a function that removes duplicates. | What is the way to get unique items in Python?
! My list has the same things twice, clean it up. Code?
i This function removes duplicates and keeps the order.
c Dictionary keys are unique and keep their order.
v def remove_duplicates
---
def remove_duplicates(items):
    return list(dict.fromkeys(items))

@ fn
t find the common items of two lists | get the intersection of two lists | find items that are in both lists
n the intersection of two lists | common items
q Write an intersection function. | Which items are in both lists in Python?
! What do two lists share? Write that in code.
i This function returns the items that are in both lists.
v def common_items
---
def common_items(a, b):
    return [item for item in a if item in b]

@ fn
t split a list into chunks | cut a list into pieces of equal size | divide a list into groups
n list chunks | chunking a list
q Write a chunk function. | What is the way to split a list into parts of size n?
! My list should become small lists of three. Code?
i This function splits a list into chunks of the given size.
v def chunks
---
def chunks(items, size):
    return [items[i:i + size] for i in range(0, len(items), size)]

@ fn
t count the positive numbers in a list | count how many numbers are above zero
n counting positive numbers
q Write a function that counts positive numbers. | How many numbers in a list are positive in Python?
! How many values in my list are greater than zero? Write that in code.
i This function counts the positive numbers in a list.
v def count_positive
---
def count_positive(numbers):
    return sum(1 for n in numbers if n > 0)

@ fn
t transpose a matrix | swap the rows and columns of a matrix | turn a matrix on its side
n transposing a matrix | a matrix transpose
q Write a transpose function. | What is the way to transpose a matrix in Python?
! Rows should become columns. Code?
i This function swaps the rows and columns of a matrix.
v def transpose | zip(
---
def transpose(matrix):
    return [list(row) for row in zip(*matrix)]

@ ex
t create a matrix | make a matrix of zeros | create a two dimensional list
n matrix | two dimensional list
q How do I make a 2D list in Python? | What does a matrix look like in Python?
! A grid of zeros with rows and columns, what is the code?
i A matrix can be a list of lists.
v matrix
---
rows, columns = 2, 3
matrix = [[0] * columns for _ in range(rows)]
matrix[0][1] = 5
print(matrix)  # [[0, 5, 0], [0, 0, 0]]

@ ex
t implement a stack | write a stack class | make a stack
n stack class | stack
q Write a Stack class. | What does a stack look like in Python?
! Last in, first out: what is the code for such a thing?
i A stack returns the last item first.
v class Stack
---
class Stack:
    def __init__(self):
        self.items = []

    def push(self, item):
        self.items.append(item)

    def pop(self):
        return self.items.pop()

@ ex
t implement a queue | use a queue | make a queue
n queue | deque
q What does a queue look like in Python? | How do I use deque in Python?
! First in, first out: what is the code for such a thing?
i A deque works well as a queue, which returns the first item first.
v deque
---
from collections import deque

queue = deque()
queue.append("first")
queue.append("second")
print(queue.popleft())  # first

@ ex
t sort a list | sort a list of numbers | put a list in order
n sort | sorted
q How does sorting work in Python? | What is the way to sort numbers in Python?
! My numbers are in a mess and I want them in order. Code?
i Use sorted() to get a new sorted list.
v sorted(
---
numbers = [3, 1, 2]
print(sorted(numbers))  # [1, 2, 3]
print(sorted(numbers, reverse=True))  # [3, 2, 1]

@ ex
t sort a list in descending order | sort a list in reverse | sort from high to low
n descending sort | reverse sort
q What is the way to sort descending in Python? | How do I sort with the largest number first?
! The biggest numbers should come first. Code?
i Set reverse to True to sort in descending order.
v reverse=True
---
numbers = [4, 9, 1]
numbers.sort(reverse=True)
print(numbers)  # [9, 4, 1]

@ ex
t reverse a list | turn a list around | get a list in reverse order
n list reverse | reverse list
q How do I reverse a list in Python? | What is the way to reverse a list?
! The last item of my list should come first. Code?
i The slice [::-1] returns the list in reverse order.
v [::-1]
---
numbers = [1, 2, 3]
print(numbers[::-1])  # [3, 2, 1]

@ ex
t add an item to a list | append to a list | remove an item from a list
n list append | append
q How does append work in Python? | How do I put something at the end of a list?
! One more thing should go into my list. Code?
i Use append() to add an item and remove() to delete one.
v .append(
---
fruits = ["apple", "pear"]
fruits.append("plum")
fruits.remove("apple")
print(fruits)  # ['pear', 'plum']

@ ex
t sort a dictionary by value | order a dictionary by its values
n sorted dictionary | dictionary sort
q What is the way to sort a dict by value in Python?
! My dictionary of scores should be in order of the score. Code?
i Sort the items with the value as the key.
v sorted( | .items()
---
ages = {"Tom": 40, "Eva": 25}
ordered = dict(sorted(ages.items(), key=lambda item: item[1]))
print(ordered)  # {'Eva': 25, 'Tom': 40}

@ ex
t merge two dictionaries | combine two dictionaries | join two dicts
n dictionary merge | merged dictionary
q What is the way to merge dicts in Python?
! Two dictionaries should become one. Code?
i Use the | operator to merge two dictionaries.
v first | second
---
first = {"a": 1}
second = {"b": 2}
print(first | second)  # {'a': 1, 'b': 2}

@ ex
t count the items of a list | use a counter | count how often each item occurs
n Counter | counter
q How does Counter work in Python? | How often does each item occur in a list?
! A tally of the things in a list, what is the code?
i The Counter class counts how often each item occurs.
v Counter
---
from collections import Counter

counts = Counter(["a", "b", "a"])
print(counts["a"])  # 2
'''
