"""Story plots, second part. stories.py explains the notation."""

PLOTS = """
= lost_pet
hero: child
pet: dog|cat|puppy|kitten|rabbit|goat
about: a lost {pet} = {pet}; a {pet} = {pet}; a {kid} and a {pet} = {pet}; a {pet} named {P} = {P}
moral: When you ask for help, you will find that the world is full of kind people.|Never give up on a friend.
moral: From that day on, {N} always closed the gate.
+
{N} had a {fur} {pet} named {P}. They did everything together.
{N} and {his} {pet} were best friends. The {pet} was {fur}, and {phis} name was {P}.
There was also a {fur} {pet} in the house. {Phis} name was {P}, and {N} loved {phim} very much.
{N}'s best friend had four legs. It was a {fur} {pet} named {P}.
-
Every morning, {P} woke {him} up with a wet nose. Every evening, they played in the yard.
{P} liked to run after leaves, and {phe} liked to sleep in the sun.
When {N} was sad, {P} put {phis} head on {his} knee. Then {N} felt better.
{P} had one white foot and a small bell. Ding, ding, went the bell when {phe} ran.
+/
{oneday}, {N} forgot to close the gate. When {he} came back, {P} was gone.
{oneday}, the wind pushed the gate open. {P} saw a butterfly, ran after it and was gone.
{oneday}, {N} called {P} for dinner, but the {pet} did not come. The yard was empty.
{oneday}, there was a hole in the fence. {N} looked for {P}, but {phe} was not there.
+
"{P}! Where are you?" called {N}. There was no answer.
{N} called and called. {He} looked behind the house and under the porch, but {he} could not find the {pet}.
{N} ran around the house two times. "{P}, come home!" {he} shouted, but {P} did not come.
{N} felt cold inside. {He} had never been without {P} for one hour.
-
{N} ran to {H}. "{P} is lost!" {he} cried. "Then we must look for {phim} at once," said {H}.
{H} put on {hhis} coat. "We will find {phim}," {hhe} said. "Let us ask everybody in the street."
"It is my fault," said {N}. "No," said {H}, "this can happen to anybody. Now let us go and look."
{H} took a piece of paper and drew a {pet}. Under it, {hhe} wrote: Have you seen {P}?
-/
First they asked the baker. "I saw a {pet} run by," said the baker. "It ran to the market."
They met the mailman on the corner. "A {pet}?" said the mailman. "Yes, I saw one near the school."
They asked an old woman with a basket. "I did not see {phim}," she said, "but I heard a noise by the bridge."
First they went to the shop. The man in the shop shook his head. "But I will keep my eyes open," he said.
-
They went on and looked behind every box and under every cart. There were many cats and birds, but no {P}.
They walked down the long street and called the name again and again.
They looked in the park. They saw squirrels and ducks, but they did not see {P}.
It began to rain a little. {N} did not care. {He} only wanted to find {his} friend.
-
A little boy came up to them. "I can help," he said. "I know all the good places to hide." So now they were three.
Two girls from the school helped too. Soon five people were looking for {P}.
Other children heard the news and helped. One looked to the left, and one looked to the right.
A kind woman gave {N} a warm bun. "You need to be strong when you look for a friend," she said.
-/
The sun was going down. {N} was tired, and {his} feet hurt. "What if we never find {phim}?" {he} asked.
Soon it was almost dark. {N} sat down on a bench, and {his} eyes were full of tears.
The lamps in the street were lit. "Just one more place," said {N}. "Please, just one more."
"We may have to go home soon," said {H}. But {N} shook {his} head. "Let us look one more time," {he} said.
+
Then {N} heard a small sound. {He} stood very still and listened. It came from the old barn.
Suddenly {N} heard a noise that {he} knew well. It came from behind a pile of wood near the river.
Just then, something moved under the bridge. {N} ran down the bank as fast as {he} could.
At last {N} came to the old mill. Two eyes were shining in the dark behind the door.
+
It was {P}! {Phis} foot was caught in some rope, and {phe} could not get free.
There was {P}! {Phe} was wet and cold, but {phe} was not hurt.
It was {P}, who had followed a duck and did not know the way home.
It was {P}! {Phe} was sitting next to a tiny lost chick and kept it warm.
+
{N} took {P} in {his} arms and held {phim} close. "I missed you so much," {he} said.
{N} laughed and cried at the same time. {P} licked the tears from {his} face.
"I will never let you get lost again," said {N}, and {P} pushed {phis} nose into {his} neck.
{N} carried {phim} home under {his} coat. {He} could feel the little heart beat next to {his} own.
-/
All the people who had helped were happy. They clapped their hands and cheered.
On the way home, {N} thanked everybody. "We are glad that {phe} is back," they all said.
{H} gave everybody a cup of hot soup. It was almost like a party.
{N} drew a new picture. It said: {P} is home. Thank you! {He} put it on the gate.
-
At home, {P} ate a big dinner and fell asleep by the fire.
That night, {P} slept on {his} bed, and {N} was the happiest {kid} in the world.
Then {H} fixed the gate, and {N} held the nails. Nobody would get lost again.
{N} dried {P} with a soft towel. Soon the two of them were asleep.

= bike
hero: child
about: learning to ride a bike = bike; a {color} bike = bike; a bike = bike; trying again = again
moral: If you fall, get up and try again.|Nobody can do everything on the first day.
moral: {N} learned that falling is a part of learning.
+
{oneday}, {N} got a {color} bike from {H}. It had a bell and a small basket.
{oneday}, {H} came home with a big surprise. It was a {color} bike, and it was for {N}.
{oneday}, there was a {color} bike in front of the door. "It is yours," said {H}.
{oneday}, {N} found an old bike in the shed. {H} cleaned it and painted it {color}.
-
{N} walked around the bike and touched the wheels. {He} rang the bell. Ring, ring!
{N} had never seen such a fine bike. {He} wanted to ride it at once.
All the other children in the street could ride. Now {N} wanted to learn it too.
"Now I can ride to school and to the lake!" said {N}. But there was one problem. {He} did not know how to ride.
+/
{N} sat down on the seat and put {his} feet up. The bike fell over, and {N} fell too.
The first try did not go well. The bike went left and right, and then {N} was in the grass.
{N} pushed hard with {his} feet. The bike rolled a little way, and then it tipped over. Bump!
{H} gave the bike a small push. {N} rolled for two seconds, and then {he} fell into a bush.
-
"Ouch," said {N}. There was a scratch on {his} knee, but it was only a small one.
{He} was not hurt, but {his} pants were dirty. "That was not so easy," {he} said.
A crow sat on the fence and looked at {him}. It almost seemed to laugh.
{N} stood up and brushed off the dust. {He} looked at the bike, and the bike looked back.
-
{N} tried again and fell again. {He} tried a third time and fell once more. Now {he} was angry.
{He} fell five times that morning. "I will never learn it," {he} said and kicked a stone.
Again and again {N} fell. "This bike does not like me," {he} said, and {his} eyes were wet.
After the fourth fall, {N} let the bike lie in the grass. "I give up," {he} said. "I cannot try again."
+/
{H} sat down next to {him}. "When I was small, I fell ten times," {hhe} said. "The next time I could ride."
"Do you know how babies learn to walk?" asked {H}. "They fall and get up, again and again, until they can do it."
{H} put a hand on {his} arm. "It is fine to fall," {hhe} said. "It is only sad if you do not try again."
"Look at the birds," said {H}. "They did not fly on the first day. They tried again and again."
-
{N} thought about that. Then {he} stood up and picked up the bike. "One more time," {he} said.
{N} wiped {his} face with {his} sleeve. "All right," {he} said. "But please hold the seat."
"Really?" asked {N}. "Really," said {H}. So {N} took the bike and climbed on the seat.
{N} ate an apple and rested for a while. Then {he} felt strong enough for the next try.
-
"Do not look at the ground," said {H}. "Look at the big tree at the end of the road."
"I will hold you," said {H}. "Look straight ahead and keep your feet moving."
"Sit up straight and breathe," said {H}. "The faster you go, the easier it gets."
"Hold the bars and look ahead," said {H}. "I will run next to you."
+/
{N} began to push. {H} ran behind {him} and held the seat. The bike went faster and faster.
The wheels turned, and {H} ran along and held the bike. {N} could feel the wind in {his} hair.
They went down the road, {N} on the bike and {H} behind it. It did not tip over.
{H} held the seat and ran. {N} looked only at the big tree and pushed and pushed.
+
"Do not let go!" called {N}. But {H} had already let go. {N} was riding all alone!
Then {N} looked back. {H} was standing far away and waving. {N} was riding by {himself}!
{N} wanted to say something to {H}, but nobody was there. {He} was riding without any help!
After a while, {N} could not hear any steps behind {him}. {H} had let go, and the bike was still going!
+
"I can do it! I can ride!" shouted {N}. {He} rang the bell as loud as {he} could.
{N} laughed out loud. {He} rode to the big tree and all the way back.
{N} was so happy that {he} sang. The crow flew up from the fence in surprise.
"Look at me!" {he} called to everybody. {His} heart was jumping for joy.
-/
All afternoon {N} rode up and down the road. {He} fell one more time, but {he} just laughed and got up.
{N} rode around the house ten times. Nobody could get {him} to stop.
In the evening, {N} did not want to go inside. "One more time," {he} said, again and again.
{H} clapped {hhis} hands. "I knew that you could do it," {hhe} said.
-
A few days later, {N} saw a small child who was learning to ride. The child fell and cried.
The next week, {his} little cousin came to visit. The cousin wanted to ride too, but it did not go well.
Some time later, {N} met a child with a new bike. The child was sitting on the ground and looked sad.
Later that summer, {N} saw a little boy who fell off his bike. He wanted to give up.
-
{N} stopped and smiled. "Do not give up," {he} said. "I fell many times too. Shall I hold the seat?"
{N} knew just what to say. "Try again," {he} said, "and look at the tree."
"I can help you," said {N}. "The trick is to get up one more time than you fall."
{N} sat down next to the child. "I know how you feel," {he} said. "Let us try it together."

= swim
hero: any
about: learning to swim = swim; a {kid} who learns to swim = swim; the lake = lake; being afraid of water = water; swimming = swim
moral: Small steps can take you a long way.|You are often braver than you think.
moral: {N} was proud, because {he} had been afraid and had tried it anyway.
+
Near the house there was a blue lake. All {his} friends could swim, but {N} could not.
In the summer, everybody went to the lake. {N} went too, but {he} could not swim.
{N} could run and jump and climb, but there was one thing that {he} could not do. {He} could not swim.
Not far away there was a clear lake. {N} liked to look at it, but {he} was afraid to swim.
-
{He} sat on the shore and put only {his} toes into the water. "It is too deep," {he} said.
When the others jumped in, {N} stayed under a tree. "I am not hot," {he} said, but that was not true.
Once some water had gone up {his} nose, and {he} did not like that at all.
{He} built castles of wet sand and watched how the others played in the waves.
+/
{oneday}, {his} friend {F} called from the water. "Come in, {N}! It is so nice and cool."
{oneday}, {his} friend {F} came out of the water and sat down next to {him}. "Why do you never swim with us?" {fhe} asked.
{oneday}, it was very hot. "Come and swim with me," said {F}, who was {his} best friend.
{oneday}, {his} friend {F} had an idea. "I will teach you how to swim," {fhe} said.
+
"I cannot swim," said {N}, and {his} face turned red. "I am afraid of the deep water."
{N} shook {his} head. "The water is too deep for me," {he} whispered. "I am afraid."
"I want to," said {N}, "but I am scared. What if I sink like a stone in the water?"
{N} looked down. "I am the only one who cannot swim," {he} said. "I am afraid of the water."
-
{F} did not laugh. "I was afraid too," {fhe} said. "Then somebody showed me how to do it."
"That is not bad," said {F}. "Everybody is afraid of something. I am afraid of bees."
"We will go slowly," said {F}. "First only the feet, then the knees. You can stop at any time."
"You can trust me," said {F}. "I will be next to you all the time."
+/
So they went in together. First the water was at {his} feet, then at {his} knees. It was cold, but it was nice.
{N} took a step, and then another step. Soon the water came up to {his} belly.
{N} held on to {F} and walked into the lake. Little fish swam around {his} toes.
{N} closed {his} eyes, counted to three and went into the water. Nothing bad happened.
-
"Now put your face in and make bubbles," said {F}. {N} did it, and it made a funny sound.
"Lie on your back," said {F}. "I will hold you." {N} looked up at the clouds and felt as light as a leaf.
Then they splashed each other and laughed. {N} forgot to be afraid for a while.
"The water can carry you," said {F}. "You only have to let it." {N} tried it, and it was true.
-
"Now move your legs like a frog," said {F}. {N} kicked, and the water splashed up high.
"Push the water away, like this," said {F} and showed {him} how to do it. {N} tried to do the same.
{F} held {him} under the belly. {N} moved {his} arms and legs, first slowly and then faster.
"Kick, kick, kick!" called {F}. {N} kicked so hard that a duck flew away.
-/
The first time, {N} went under. {He} came up, coughed and shook {his} head. "Again," {he} said.
It was not easy. {N} swallowed some water, and {he} wanted to stop. But then {he} tried one more time.
They practiced every day for a week. Each day {N} was a little less afraid.
{N} got tired, and they had a rest on the warm sand. Then they went back in.
-
{H} came to the shore and watched. "You are doing well," {hhe} called.
On the third day, {H} brought some bread and fruit. "Swimmers need to eat," {hhe} said.
At night, {N} dreamed that {he} was a fish with silver fins.
"One day I will swim to the big rock," {N} said. It was not very far, but to {him} it was.
+
Then came the great moment. {F} let go, and {N} did not sink. {He} was swimming!
And then it happened. {N} moved {his} arms and legs, and the water carried {him}. {He} could swim!
All at once, {N} felt that nobody was holding {him}. {He} was swimming all alone!
"I am letting go now," said {F}. {N} kicked and kicked, and {he} stayed on top. {He} could swim!
+
"I am swimming!" {he} shouted, and a big wave went into {his} mouth. Everybody laughed, and {N} laughed the most.
{N} swam all the way to the big rock. {He} climbed up and waved to everybody.
{N} swam in a circle around {F}. {He} had never been so proud.
"Look, {H}!" called {N}. "I can swim like a fish!" {H} waved back with both arms.
-/
When the sun went down, the lake looked like gold. {N} and {F} swam side by side.
In the evening they dried themselves in the last sun. "Thank you, {F}," said {N}.
After that, {N} did not sit under the tree any more. {He} was always the first one in the water.
They sat on the rock until the stars came out. "What shall we learn next?" asked {F}.

= seed
hero: any
thing: sunflower|tomato plant|poppy|pumpkin plant|corn plant|bean plant
about: planting a seed = seed; a tiny seed = seed; a garden = garden; being patient = wait; a {thing} = {thing}
moral: Good things take time.|Those who can wait get a sweet reward.
moral: {N} learned that you cannot hurry a plant, and you cannot hurry a friend.
+
{oneday}, {N} found a tiny seed. It was brown and round and not bigger than a crumb.
{oneday}, {H} gave {him} a small seed. "Take good care of it," {hhe} said. "There is something wonderful inside."
{oneday}, an old woman at the market gave {N} a seed. "This is a magic seed," she said and winked.
{oneday}, the wind blew a little seed to the door. {N} picked it up and looked at it.
-
{N} showed it to {his} friend {F}. "That is only a bit of dirt," said {F}. But {N} did not think so.
"What is in it?" asked {his} friend {F}. {N} shook the seed next to {his} ear, but {he} heard nothing.
{His} friend {F} came by and laughed. "Nothing big can come from such a small thing," said {F}.
"Look at this," {N} said to {his} friend {F}. But {F} only shook {fhis} head. "It is too small," {fhe} said.
+/
In the garden, {N} made a hole with {his} finger. {He} put the seed in and covered it with soft earth.
{N} looked for a sunny place in the garden. There {he} planted the seed and put a little stick next to it.
{N} went out to the garden and dug a small hole. "Sleep well, little seed," {he} said.
{H} showed {him} a good place in the garden. {N} dug a hole and put the seed into the dark earth.
+
Then {he} gave it some water. {He} sat down in the grass to wait. But nothing happened.
{He} watered it every day, but there was nothing to see. "How long must I wait?" {he} asked.
The next morning, {N} ran out to look. There was only brown earth. "You must wait," said {H}.
{N} looked at the earth for a whole hour. Nothing came up. It was so hard to wait.
-
"Grow!" {he} said to the earth. "Please grow!" But the seed did not listen.
{N} sang a song for the seed. {He} even danced for it. But the earth stayed brown.
On the third day, {N} wanted to dig it up again. "Do not do that," said {H}. "The seed needs to rest."
"Maybe {F} is right, and nothing will come," {N} thought. But {he} watered it all the same.
-
It rained for two days. {N} sat at the window and looked out at the wet garden.
Every morning {he} brought water, and every evening {he} said good night to it.
A bird wanted to peck at the earth, but {N} chased it away.
{H} told {him} how seeds grow. "First come the roots," {hhe} said. "They grow down, where you cannot see them."
+/
One day, there was a tiny green tip. {N} got down on {his} knees to look at it. It was growing!
Then, after many days, something green came out of the earth. It was as thin as a thread.
One morning, the earth had a little crack, and in the crack there was something green. {N} shouted for joy.
At last, when {N} almost did not think about it any more, two small green leaves were there.
-
{N} ran to tell everybody. "It is alive!" {he} called. {H} and {F} came to look.
{N} put a ring of white stones around it, so that nobody would step on it.
"Hello," said {N}. "I have waited for you." The little leaves moved in the wind.
{N} gave it water, but not too much. {He} took away the weeds and the snails.
+
Week after week, the plant grew. It grew as high as {his} knee and then as high as {his} head.
The sun was shining, the rain was falling, and the plant got bigger and bigger.
Day by day, it got more leaves. Soon it was taller than {N}.
It grew in the morning, and it grew at night. Now everybody could see that it was a {thing}.
-
Once there was a strong wind, and the plant bent low. {N} tied it to a stick with a soft ribbon.
Bees and butterflies came to visit. {N} knew every one of them.
One hot week there was no rain. {N} carried water from the well, one can after the other.
{F} came every day to help. "I was wrong," {fhe} said. "There was something big inside."
+/
When the summer was nearly over, there was a beautiful {thing} in the garden. It was the finest one far and wide.
In the end, it was the most beautiful {thing} that anybody had ever seen.
And what was it? It was a strong and lovely {thing}, and it had come from one tiny seed.
"Now I know what was inside," said {N}. It was a wonderful {thing}.
-
Everybody came to look. "How did you do it?" they asked. "I watered it, and I waited," said {N}.
{H} was very proud. "You took good care of it," {hhe} said.
{F} said, "I want to plant a seed too." And {N} said, "I will help you."
{N} sat in its shade with {F}, and they drank cool water.
-
In the fall, {N} found new seeds. {He} put them in a little box for the next spring.
When the leaves turned yellow, there were ten new seeds. {N} gave one to every friend.
{N} kept one seed from the plant. "It looks like nothing," {he} said, "but I know better."
The next spring there were many small gardens, because {N} had given away {his} seeds.

= birthday
hero: child
morning: no
about: a birthday = birthday; a birthday party = birthday; a birthday surprise = birthday; a {kid} on a birthday = birthday
moral: The best present is to be together.|Friends make every day a special day.
moral: It was a birthday that {N} would never forget.
+
It was {N}'s birthday. {He} woke up early and ran down the stairs.
When {N} woke up, {he} knew at once what day it was. It was {his} birthday!
{N} had counted the days, and now it was here. Today was {his} birthday.
At last the big day had come. {N} was one year older, because it was {his} birthday.
-
{He} put on {his} {color} shirt and combed {his} hair. {He} wanted to look nice.
{He} looked into the mirror. "I think I have grown," {he} said.
{He} jumped out of bed and sang a little song for {himself}.
Outside, the sun was shining, as if it knew that this was a special day.
+/
But the kitchen was empty. There was no cake, and there were no candles. "Did they forget?" {N} thought.
But nobody sang a song. {H} was reading, and {hhe} only said, "Good morning. Please eat your breakfast."
In the kitchen there was only bread and milk, as on any other day. {N} looked around for a cake.
{H} was busy and did not say a word about it. {N} waited and waited, but nothing happened.
-
{N} coughed a little. "What day is it today?" {he} asked. "It is a good day to clean the yard," said {H}.
"Is there anything special today?" asked {N}. {H} scratched {hhis} head. "I do not think so," {hhe} said.
{N} ate {his} bread without a word. It did not taste good.
"Maybe somebody will remember later," {N} thought, and {he} tried to smile.
+
{N} went to see {his} friend {F}. But {F} said, "I am sorry, I have no time today," and closed the door.
{N} walked to the house of {his} friend {F}. {F} was carrying a big box and did not want to talk.
On the street {he} met {his} friend {F}. "Hello, {F}," said {N}. But {F} only waved and ran on.
{His} friend {F} came by on a bike. "I cannot play today," called {F} and was gone.
+
{N} felt very sad. {He} sat down by the pond and threw stones into the water.
Now {N} was really sad. {He} walked alone to the big tree and sat down under it.
A tear ran down {his} nose. "Nobody knows that it is my birthday," {he} said to a duck.
{N} did not know where to go. So {he} sat on a bench and looked at {his} shoes.
-
A duck came closer and quacked. {N} gave it some bread. "At least you are here," {he} said.
A small dog sat down next to {him}. {N} stroked its head and felt a little better.
A snail crawled by, very slowly. "You have no party either," {N} said to it.
The clouds went by. One of them looked like a cake, and that made {him} even more sad.
-/
In the afternoon, {N} walked home very slowly. The house was dark and quiet.
After a long time, it got cold. {N} got up and went home.
When the clock on the tower struck four, {N} went back to the house.
Then {he} heard {H} call {his} name. "{N}, please come home now!" {N} got up and went.
+
{He} opened the door. "Surprise!" shouted many voices. The room was full of friends!
{He} pushed the door open. All at once the lights went on, and everybody shouted, "Surprise!"
{N} put {his} hand on the door. Then it flew open, and all {his} friends called, "Happy birthday!"
{He} stepped inside and could not believe {his} eyes. All {his} friends were there, and they began to sing.
-
There were {color} balloons on the walls and paper stars on the lamps.
From the ceiling hung long {color} ribbons, and there were flowers on the table.
On the wall there was a big sign with {his} name on it. Each letter had another color.
There was music, and everybody wore a funny paper hat.
+
On the table was a big cake with candles. "We did not forget you," said {H}. "We wanted to surprise you."
"I had no time today because I was baking your cake," said {F} and laughed. It was a huge cake.
{F} came with a big cake. "It was so hard not to tell you," {fhe} said.
{H} gave {him} a big hug. "Did you think that we forgot? The cake just needed a little time," {hhe} said.
-
{N} closed {his} eyes, made a wish and blew out all the candles at once.
{N} blew as hard as {he} could. All the candles went out, and everybody cheered.
{N} cut the cake, and everybody got a big piece. It was sweet and soft.
{N} laughed until {his} belly hurt. Now {he} was not sad any more.
-/
Then there were presents. {N} got a book, a ball and a small ship in a bottle.
After the cake they played games. They danced, they hid, and they ran around the yard.
They played music and danced until the floor shook. Even {H} danced.
{F} gave {him} a little box. Inside was a ring made of string. "I have the same one," said {F}.
-
When everybody had gone home, {N} said, "This was the best birthday of my life."
That night, {N} lay in bed and smiled. {He} could still hear the songs.
In the evening, {N} put one piece of cake outside for the birds. Then {he} went to bed.
"Thank you," {N} said to {H} before {he} fell asleep. "I have the best friends in the world."
"""
