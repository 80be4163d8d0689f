"""Record kinds of extraction.py, first half, in the small block format that extraction_forms reads.

    @ kind plural               one block for each kind
    field: pool key other_key   its fields, the pool of its values, and the names a request may use for it
    = sentence                  the record as a sentence
    - sentence                  sentences for training; a field that does not occur is null when asked for
    ! sentence                  held-out sentences
"""

KINDS_A = """
@ person people
name: person name full_name person
age: age age years
city: city city town home
= {name} is {age} years old and lives in {city}.
- {name} is {age} years old and lives in {city}.
- {name} lives in {city} and is {age} years old.
- My neighbor {name} is {age} and comes from {city}.
- {name}, {age}, lives in {city}.
- I met {name} in {city} last week. {name} just turned {age}.
- This is {name} from {city}, age {age}.
- Name: {name}. Age: {age}. City: {city}.
- In {city} I have a friend called {name}, who is {age}.
- {name} is {age} years old.
- {name} moved to {city} last year.
- At the age of {age}, {name} still works in {city}.
- {name} ({age}) from {city}
! Say hello to {name}, a {age}-year-old from {city}.
! The winner is {name} of {city}, who is {age} years of age.
! {city} is where {name} grew up, and that was {age} years ago, so {name} is {age} now.
! We got a letter from {name} in {city}, aged {age}.

@ contact contacts
name: person name full_name contact
email: email email mail email_address
phone: phone phone phone_number tel
= You can reach {name} at {email} or {phone}.
- You can reach {name} at {email} or {phone}.
- {name}'s email is {email} and the phone number is {phone}.
- Please call {name} at {phone} or write to {email}.
- Contact: {name}, {email}, {phone}
- Write to {email} if you need {name}. The phone is {phone}.
- {name}, phone {phone}, email {email}
- My name is {name}. My email is {email} and my number is {phone}.
- The new number of {name} is {phone}.
- {name} wrote from {email}.
- For questions ask {name} ({phone}, {email}).
- Name: {name}. Email: {email}. Phone: {phone}.
! Should you look for {name}, dial {phone} or send a message to {email}.
! {name} left a card with {phone} and {email} on it.
! New in our address book: {name}, mail {email}, tel {phone}.
! It is best to ring {name} on {phone}, since {email} is rarely read.

@ order orders
item: things item product article
quantity: quantity quantity amount count
price: price price cost
= The order is for {quantity} {item} at ${price} each.
- I would like to order {quantity} {item} at ${price} each.
- Please send me {quantity} {item}. The price is ${price} each.
- We need {quantity} {item}, and each costs ${price}.
- Order: {quantity} {item}, ${price}
- She bought {quantity} {item} for ${price} each.
- {quantity} x {item}, price {price} dollars
- The customer wants {quantity} {item} at {price} euros each.
- Can I get {quantity} {item} for ${price} each?
- They ordered {quantity} {item} yesterday.
- The {item} cost ${price} each.
- Item: {item}. Quantity: {quantity}. Price: {price}.
- He paid ${price} each for {quantity} {item}.
! Put me down for {quantity} {item} at a price of ${price} each.
! At ${price} each, we will take {quantity} {item}.
! The shop sold {quantity} {item} today, each for {price} dollars.
! A box with {quantity} {item} came, the bill says ${price} per piece.

@ event events
title: event title event name
date: date date day
time: time time start
place: place place location
= The {title} is on {date} at {time} in {place}.
- The {title} is on {date} at {time}. Place: {place}.
- Join us for the {title} on {date}, {time}, at {place}.
- We meet on {date} at {time} for the {title}. The place is {place}.
- Event: {title}. Date: {date}. Time: {time}. Place: {place}.
- On {date} there is a {title} at {place}. It starts at {time}.
- The {title} starts at {time} on {date}.
- Reminder: {title}, {date}, {time}, {place}
- The {title} takes place at {place} on {date}.
- Please come to {place} on {date} at {time} for the {title}.
- Do not miss the {title} at {place}! It is on {date} at {time}.
- We moved the {title} to {date}, {time}. We meet at {place}.
! Mark your calendar: {date}, {time}, {title}, venue {place}.
! Doors open at {time} on {date} when the {title} comes to {place}.
! You are invited to the {title}. Be at {place} by {time} on {date}.
! For the {title} we booked {place} from {time} on {date}.

@ book books
title: title title book name
author: person author writer
year: year year published
= {title} is a book by {author} from {year}.
- {title} is a book by {author} from {year}.
- {author} wrote {title} in {year}.
- The book {title} by {author} came out in {year}.
- I am reading {title}, which {author} published in {year}.
- "{title}" by {author}, {year}
- In {year}, {author} published {title}.
- Title: {title}. Author: {author}. Year: {year}.
- My favorite book is {title} by {author}.
- The novel {title} appeared in {year}.
- {title} ({year}) is the best work of {author}.
- The author of {title} is {author}. It was printed in {year}.
! Have you read {title}? It is the {year} novel of {author}.
! The library owns a copy of {title}, written by {author} and printed in {year}.
! {author} became famous with {title} back in {year}.
! A classic from {year}: {title}, from the pen of {author}.

@ weather reports
city: city city location place
temperature: temperature temperature temp degrees
condition: condition condition weather sky
= It is {condition} in {city} and {temperature} degrees.
- It is {condition} in {city} today, {temperature} degrees.
- In {city} it is {temperature} degrees and {condition}.
- Weather for {city}: {condition}, {temperature} degrees
- {city} has {temperature} degrees and {condition} weather.
- The weather in {city} is {condition} with {temperature} degrees.
- Today in {city}: {temperature} C, {condition}.
- Tomorrow it will be {condition} in {city} at {temperature} degrees.
- It is {temperature} degrees in {city}.
- {city} is {condition} this morning.
- City: {city}. Temperature: {temperature}. Condition: {condition}.
- Expect {condition} skies in {city} and about {temperature} degrees.
! People in {city} wake up to a {condition} day at {temperature} degrees.
! The thermometer shows {temperature} in {city}, and the sky looks {condition}.
! A {condition} afternoon is coming to {city}, with a high of {temperature}.
! Right now {city} reports {temperature} degrees, and it feels {condition}.

@ flight flights
from: city from origin departure
to: city to destination arrival
number: flight number flight flight_number
= Flight {number} goes from {from} to {to}.
- Flight {number} goes from {from} to {to}.
- I am flying from {from} to {to} with flight {number}.
- {number} leaves {from} and lands in {to}.
- The flight from {from} to {to} has the number {number}.
- Book me on {number} from {from} to {to}.
- Flight {number}, {from} to {to}
- From: {from}. To: {to}. Flight: {number}.
- We fly to {to} from {from}. Our flight is {number}.
- Flight {number} to {to} is late.
- She flies from {from} to {to} tomorrow.
- My plane to {to} starts in {from}. The number is {number}.
! Passengers for {to}: {number} out of {from} is boarding now.
! {number} takes off in {from} and heads for {to}.
! Our trip begins in {from}, and {number} brings us to {to}.
! The board says {number} to {to}, coming from {from}.

@ job jobs
name: person name employee person
company: company company employer
role: role role position job
= {name} works at {company} as {a role}.
- {name} works at {company} as {a role}.
- {name} is {a role} at {company}.
- {company} hired {name} as {a role}.
- The new {role} at {company} is {name}.
- {name} got a job at {company} and is now {a role}.
- Employee: {name}. Company: {company}. Role: {role}.
- As {a role} at {company}, {name} is very busy.
- I am {name}, {role} at {company}.
- {name} joined {company} last month.
- {name} has been {a role} for years.
- {name}, {role}, {company}
! Our guest today is {name}, who earns a living as {a role} for {company}.
! Since May, {company} employs {name} in the role of {role}.
! Meet the {role} of {company}: {name}.
! Before the move to {company}, where {name} is {a role}, life was slow.

@ product products
name: product name product item
color: color color colour
size: size size fit
in_stock: stock in_stock available
= The {name} in {color}, size {size}, is {in_stock}.
- The {color} {name} in size {size} is {in_stock}.
- I want a {name} in {color}, size {size}.
- We sell the {name} in {color} and size {size}. It is {in_stock}.
- Product: {name}. Color: {color}. Size: {size}.
- The {name} comes in {color}. The size is {size}. It is {in_stock}.
- Please send the {color} {name}, size {size}.
- A {name} of size {size} in {color} is {in_stock}.
- The {name} is {in_stock}.
- She wears a {color} {name}.
- {name}, {color}, size {size}, {in_stock}
- Do you have the {name} in {color}? I need size {size}.
! This {name} looks great in {color}. In size {size} it is {in_stock}.
! On the shelf: one {name}, painted or dyed {color}, size {size}, {in_stock}.
! My choice is the {name}, {color} if you can, with size {size}.
! For size {size} we have a {color} {name}, which is {in_stock}.

@ pet pets
name: pet name pet_name
animal: animal animal species kind
age: age age years
owner: person owner keeper
= {name} is {a animal}, {age} years old, and belongs to {owner}.
- {name} is {a animal} and is {age} years old. The owner is {owner}.
- {owner} has {a animal} named {name}, who is {age} years old.
- My {animal} {name} is {age} years old.
- The {animal} of {owner} is called {name} and is {age}.
- Pet: {name}. Animal: {animal}. Age: {age}. Owner: {owner}.
- {name} the {animal} belongs to {owner}.
- {owner} brought {name}, {a animal} of {age} years.
- {a animal} named {name} lives with {owner}.
- {name}, {animal}, {age} years, owner {owner}
- At {age}, {name} is an old {animal}. {owner} takes care of it.
- {owner} loves a {animal} called {name}.
! The vet saw {name} today, the {age}-year-old {animal} of {owner}.
! Lost: {animal}, answers to {name}, {age} years old, please call {owner}.
! In the house of {owner} lives {name}, {a animal} aged {age}.
! {owner} walks with {name} every day. The {animal} is {age} now.
"""
