"""Record kinds of extraction.py, second half, in the block format described in extraction_data."""

KINDS_B = """
@ recipe recipes
dish: dish dish name recipe
minutes: minutes minutes time duration
servings: servings servings portions
ingredients: foods ingredients items
= The {dish} takes {minutes} minutes, serves {servings} and needs {ingredients}.
- The {dish} takes {minutes} minutes and serves {servings}. You need {ingredients}.
- For {dish} you need {ingredients}. It takes {minutes} minutes.
- {dish} for {servings} people: {ingredients}. Ready in {minutes} minutes.
- This {dish} is ready in {minutes} minutes and serves {servings}.
- Recipe: {dish}. Time: {minutes} minutes. Servings: {servings}.
- We made {dish} with {ingredients}.
- Cook the {dish} for {minutes} minutes. It is enough for {servings} people.
- My {dish} needs {ingredients} and {minutes} minutes.
- To make {dish} for {servings}, buy {ingredients}.
- The {dish} serves {servings} people.
- {dish}, {minutes} minutes, {servings} servings, with {ingredients}
! Tonight we have {dish}: take {ingredients}, wait {minutes} minutes, and {servings} guests can eat.
! With {ingredients} in the pot, the {dish} is done after {minutes} minutes and feeds {servings}.
! Grandma's {dish} fills {servings} plates in {minutes} minutes.
! It only takes {minutes} minutes to turn {ingredients} into {dish}.

@ movie movies
title: title title movie film
director: person director made_by
year: year year released
genre: genre genre type
= {title} is a {genre} film by {director} from {year}.
- {title} is a {genre} film by {director} from {year}.
- {director} made the {genre} movie {title} in {year}.
- The film {title} came out in {year}. The director is {director}.
- We watched {title}, a {genre} movie from {year}.
- Movie: {title}. Director: {director}. Year: {year}. Genre: {genre}.
- {title} ({year}) was directed by {director}.
- In {year}, {director} shot {title}.
- My favorite {genre} movie is {title} by {director}.
- {title}, {year}, {genre}, directed by {director}
- The {genre} {title} is from {year}.
- {director} won a prize for {title}.
! The cinema shows {title} tonight, the {genre} hit that {director} made in {year}.
! Fans of {genre} love {title}, which {director} brought to the screen in {year}.
! Back in {year}, {title} was the first {genre} of {director}.
! You should see {title}. It is {genre} from {year}, and {director} directed it.

@ student students
name: person name student
subject: subject subject course
grade: grade grade mark
points: points points score
= {name} got {a grade} in {subject} with {points} points.
- {name} got {a grade} in {subject} with {points} points.
- In {subject}, {name} reached {points} points and the grade {grade}.
- {name} has the grade {grade} in {subject}.
- The {subject} test of {name} has {points} points, which is {a grade}.
- Student: {name}. Subject: {subject}. Grade: {grade}. Points: {points}.
- {name} scored {points} points in {subject}.
- {name}, {subject}, grade {grade}, {points} points
- The teacher gave {name} {a grade} for {points} points in {subject}.
- With {points} points, {name} passed {subject}. The grade is {grade}.
- {subject}: {name} has {a grade}.
- {name} was happy about {a grade} in {subject}.
! Report card of {name}: {subject} {grade}, that is {points} points.
! This term {name} earned {a grade} in {subject} by collecting {points} points.
! {points} points in {subject} mean {a grade} for {name}.
! Well done, {name}! Your {subject} exam has {points} points, grade {grade}.

@ bug bugs
component: component component part module
severity: severity severity priority level
reporter: person reporter reported_by
fixed: fixed fixed solved
= {reporter} reported a bug of {severity} severity in the {component}, which is {fixed}.
- {reporter} reported a bug in the {component}. The severity is {severity}.
- The {component} has a bug with {severity} severity. It is {fixed}.
- Bug in the {component}, severity {severity}, reported by {reporter}, {fixed}
- {reporter} found a problem in the {component}. Severity: {severity}. It is {fixed}.
- The {component} crashes. {reporter} says the severity is {severity}.
- Component: {component}. Severity: {severity}. Reporter: {reporter}.
- A bug of {severity} severity in the {component} is {fixed}.
- The {component} is broken, says {reporter}. The bug is {fixed}.
- We have a {severity} severity bug in the {component}.
- {reporter} opened a ticket for the {component}, severity {severity}.
- The {severity} bug in the {component} is {fixed}. Thanks, {reporter}.
! According to {reporter}, the {component} fails. We rate it {severity}. It is {fixed}.
! Ticket from {reporter}: {component} does not load, severity level {severity}, {fixed}.
! Something is wrong with the {component}, and {reporter} marked it as {severity}.
! {severity} issue, {component}, seen by {reporter} and {fixed}.

@ shopping lists
store: company store shop
items: foods items products
total: price total price sum
= At {store} the shopping of {items} cost ${total}.
- I bought {items} at {store} for ${total}.
- At {store} I got {items}. The total was ${total}.
- We need {items} from {store}.
- Shopping at {store}: {items}, total ${total}
- Please buy {items}.
- The bill from {store} is ${total} for {items}.
- Store: {store}. Items: {items}. Total: {total}.
- She went to {store} and paid ${total} for {items}.
- My list for {store} is {items}.
- Get {items} at {store}, it should be about ${total}.
- He spent {total} dollars on {items}.
! The receipt of {store} lists {items} and comes to ${total}.
! In my basket from {store} are {items}, worth ${total}.
! Bring {items} when you pass {store}, here are ${total}.
! For ${total} you get {items} over at {store}.

@ hotel bookings
guest: person guest name
city: city city location
nights: nights nights stay
breakfast: breakfast breakfast with_breakfast
= {guest} stays in {city} for {nights} nights {breakfast}.
- {guest} stays in {city} for {nights} nights, {breakfast}.
- Booking for {guest}: {nights} nights in {city}, {breakfast}.
- {guest} booked a room in {city} for {nights} nights.
- Please book {nights} nights in {city} for {guest}, {breakfast}.
- Guest: {guest}. City: {city}. Nights: {nights}.
- The room of {guest} in {city} is {breakfast}.
- {nights} nights in {city}, {breakfast}, guest {guest}
- {guest} needs a hotel in {city} for {nights} nights, {breakfast}.
- We stay {nights} nights in {city}.
- A room for {guest}, {nights} nights, {breakfast}.
- In {city}, {guest} has a room for {nights} nights.
! {guest} checks in today and leaves {city} after {nights} nights, {breakfast}.
! Our hotel in {city} expects {guest} for a stay of {nights} nights, {breakfast}.
! Reserve {city} for {guest}, please: {nights} nights and {breakfast}.
! For {nights} nights, {guest} will be our guest in {city}.

@ car cars
brand: brand brand make
color: color color colour
year: year year built
price: price price cost
= The car is a {color} {brand} from {year} for ${price}.
- The car is a {color} {brand} from {year} for ${price}.
- I sell my {brand} from {year}. It is {color} and costs ${price}.
- She drives a {color} {brand} from {year}.
- For sale: {brand}, {color}, built in {year}, ${price}
- The {brand} was built in {year} and costs ${price}.
- Brand: {brand}. Color: {color}. Year: {year}.
- He bought a {brand} in {color} for ${price}.
- A {brand} of {year}, {color}, price {price} dollars
- The {color} car is a {brand} from {year}.
- We rent a {brand}. The price is ${price} and the color is {color}.
- My old {brand} is {color}.
! At the dealer stands a {brand} of the year {year} in {color}, yours for ${price}.
! Looking for a {color} car? This {brand} from {year} is only ${price}.
! Grandpa kept his {year} {brand} in the garage, all {color}, worth ${price}.
! They asked ${price} for the {brand}, {color} and made in {year}.

@ match matches
home: team home home_team
away: team away away_team
home_score: score home_score home_goals
away_score: score away_score away_goals
= The {home} played against the {away} and it ended {home_score} to {away_score}.
- The {home} played against the {away} and it ended {home_score} to {away_score}.
- {home} {home_score}, {away} {away_score}
- Final score: {home} {home_score}, {away} {away_score}.
- The home team {home} scored {home_score} and the away team {away} scored {away_score}.
- {home} against {away} ended {home_score}:{away_score}.
- The {home} play at home against the {away}.
- The {home} had {home_score} goals and the visiting {away} had {away_score}.
- Home: {home}. Away: {away}. Score: {home_score}-{away_score}.
- At home the {home} made {home_score} goals, their guests, the {away}, made {away_score}.
- The {away} traveled to the {home}. The result was {home_score} to {away_score} for home and away.
- The game of the {home} against the {away} was {home_score}-{away_score}.
! After ninety minutes it was {home_score} for the {home} and {away_score} for the visiting {away}.
! The {home} welcomed the {away}, and the board read {home_score} to {away_score} at the end.
! Result of the day: {home} (home) {home_score}, {away} (away) {away_score}.
! {home_score} goals by the {home} in their own stadium met {away_score} by the {away}.

@ invoice invoices
number: code number invoice id
customer: person customer client
amount: price amount total
paid: paid paid settled
= Invoice {number} for {customer} over ${amount} is {paid}.
- Invoice {number} for {customer} over ${amount} is {paid}.
- {customer} got invoice {number} over ${amount}.
- Invoice {number}: customer {customer}, amount ${amount}, {paid}
- The invoice {number} of {customer} is {paid}. The amount is ${amount}.
- We sent {customer} the invoice {number}. It is {paid}.
- Number: {number}. Customer: {customer}. Amount: {amount}.
- {customer} owes ${amount} for invoice {number}.
- ${amount} for invoice {number} is {paid}.
- Please check invoice {number}. The customer {customer} says it is {paid}.
- {customer} asked about ${amount} on invoice {number}, which is {paid}.
- The amount of invoice {number} is ${amount}.
! Our books show that {number} over ${amount}, billed to {customer}, is {paid}.
! For {customer} we wrote bill {number}, in total ${amount}, {paid}.
! ${amount} stands on paper {number} for {customer}, and it is {paid}.
! Accounting says the {number} invoice is {paid}, that is ${amount} from {customer}.

@ reminder reminders
task: task task todo what
date: date date day
time: time time at
= The task is to {task} on {date} at {time}.
- Remind me to {task} on {date} at {time}.
- On {date} at {time} I have to {task}.
- I must {task} at {time} on {date}.
- Please remind me to {task} at {time}.
- To do: {task}, {date}, {time}
- Do not forget to {task} on {date}.
- Task: {task}. Date: {date}. Time: {time}.
- My plan for {date} is to {task} at {time}.
- At {time} on {date}, please {task}.
- I want to {task} on {date}, {time}.
- Set an alarm for {time} on {date} so that I can {task}.
! It would be bad to miss this: {task}, {date}, {time} sharp.
! Before {time} on {date} somebody has to {task}.
! Note to myself for {date}, {time}: {task}.
! When it is {time} on {date}, tell me to {task}.

@ speaker speakers
name: person name speaker
city: city city home
languages: languages languages speaks
= {name} lives in {city} and speaks {languages}.
- {name} lives in {city} and speaks {languages}.
- {name} from {city} speaks {languages}.
- I know {languages}. My name is {name} and I live in {city}.
- Name: {name}. City: {city}. Languages: {languages}.
- {name} speaks {languages}.
- {name} learned {languages} in {city}.
- In {city}, {name} teaches {languages}.
- {name} works in {city} and can speak {languages}.
- The guide {name} in {city} knows {languages}.
- {name}, {city}, {languages}
- We talked to {name} in {city}, who speaks {languages}.
! Ask {name} in {city} if you need help with {languages}.
! The languages of {name}, born in {city}, are {languages}.
! {languages} are all spoken by {name}, our friend in {city}.
! At the desk in {city} sits {name}, good at {languages}.
"""
