"""Story plots, fourth part. stories.py explains the notation."""

PLOTS = """
= sea
hero: child
pet: dog|puppy
about: a trip to the sea = sea; the sea = sea; a day at the beach = sea; a sand castle = sand castle; a {pet} = {pet}
moral: It is not sad when a castle falls, for you can always build a new one.|The best days are the ones you share.
moral: {N} still has a shell from that day, and it still sounds like the sea.
-
{N} had never seen the sea. {He} only knew it from {a} old picture book.
{N} had a big wish. {He} wanted to see the sea, because {he} had never been there.
"What does the sea look like?" {N} often asked. "You will see it one day," said {H}.
{N} had a shell on {his} shelf. When {he} held it to {his} ear, {he} dreamed of the sea.
+
{oneday}, {H} said, "Pack your bag. We are going to the beach!" {His} {pet} {P} barked and jumped up and down.
{oneday}, {H} had a surprise. "Today we will go to the beach," {hhe} said, "and your {pet} {P} can come too."
{oneday}, they took the train to the beach, {N} and {H} and the little {pet} {P}.
{oneday}, {H} took {N} to the beach. Of course {P}, the {fur} {pet}, came with them.
-
{N} packed a towel, a bucket and {a} {color} hat. {He} also took a bone for {P}.
On the way, {N} looked out of the window. There were cows, and hills, and a long river.
"Are we there yet?" {N} asked again and again. "Soon," said {H} each time.
The air began to smell of salt. {P} held {phis} nose up high.
+/
And then {N} saw it. The sea was big and blue, and it had no end.
They climbed over a hill of sand, and there was the sea. {N} could not say a word.
Then the road made a turn, and there it was. The sea was so bright that {N} had to close {his} eyes.
"Look!" said {H}. In front of them was the sea, and it was shining like silver.
-
{N} took off {his} shoes and ran to the water. A wave came and tickled {his} toes.
"It is so big!" said {N}. {He} ran into the water up to {his} knees and laughed.
{P} barked at the first wave and ran away from it. Then {phe} ran after it.
The sand was warm and soft. {N} let it run through {his} fingers.
+
{N} began to build a sand castle. {He} made four towers and a deep ditch around it.
Then {N} wanted to build something. {He} took {his} bucket and made a big sand castle.
{N} and {H} built a sand castle together. It was as high as {P}'s ears.
With wet sand {N} built a fine sand castle. A little stick was the flag.
-
{He} looked for shells to put on the walls. {He} found white ones and pink ones.
A little crab walked by, sideways. "You can be the king of my castle," {N} told it.
{P} helped to dig. Sand flew everywhere, even into the lunch.
A girl with a red hat came and helped. She knew how to make a bridge.
-/
At noon they sat down to eat. {N} had a sandwich, and {P} got the bone.
Then they had a picnic. A bold gull came and took a piece of bread right out of {H}'s hand.
They ate cold melon in the shade. The juice ran down {his} chin.
{H} bought ice cream. {N} ate fast, because it was melting in the sun.
+/
But while they were away, the water came closer. A big wave rolled up and washed the castle away.
But the tide was coming in. One wave, two waves, three waves, and the castle was gone.
Then a huge wave came. Splash! When it went back, there was only flat sand.
Then {P} saw a gull and ran after it, right through the castle. Nothing was left of it.
+
"My castle!" cried {N}. {He} was very sad, for {he} had worked so hard.
{N} stood there with {his} bucket and had tears in {his} eyes.
{N} sat down in the sand. "Everything is gone," {he} said.
{His} lips began to shake. "It was so beautiful," said {N}.
-
{P} came and licked {his} face, as if {phe} wanted to say sorry.
{P} sat down next to {him} and put one wet paw on {his} leg.
{P} ran off and came back with a big white shell. {Phe} put it down in front of {N}.
{P} looked at the sand, then at {N}, and began to dig.
+
"The sea gives, and the sea takes," said {H}. "Come, let us build a new one, a bit farther up."
"We still have the whole afternoon," said {H}. "Shall we build another one?" {N} nodded.
{N} had to laugh at {P}'s face. "You want to build a new one, right?" {he} said. So they did.
{H} took the bucket. "The second one is always better," {hhe} said. And so they began again.
-
The new castle was even bigger. It had six towers and a long bridge, and a secret tunnel for the crab.
This time, {P} was sitting in the middle, like a king on his throne.
This time, they built it far from the water. They put the big shells on top.
They worked until the shadows were long. Nobody had ever seen a castle like that.
-/
In the evening, the sun went down into the sea. The water was red and gold, and it was very quiet.
When the sun was low, they sat close together and watched how it went down.
Then the sky turned pink. They wrapped themselves in a towel and looked at the sea.
At the end of the day, they walked along the water and left a line of footprints behind them.
-
"Will the sea still be here tomorrow?" asked {N}. "Yes," said {H}, "and it will wait for you."
On the way home, {N} fell asleep with a shell in {his} hand and {P} on {his} feet.
{N} put a shell into {his} pocket, so that {he} could always hear the sea.
"Goodbye, sea," called {N}. And a small wave waved back.

= dark
hero: any
morning: no
oneday: One night|One dark night|Then one night
about: being afraid of the dark = dark; the dark = dark; a night light = light; the moon and the stars = star; bedtime = night
moral: The dark is not so bad when you get to know it.|Things look different when you turn on a light.
moral: The night has its own kind of beauty.
+
In the day, {N} was not afraid of anything. But when night came, {he} was afraid of the dark.
{N} liked the morning and the afternoon, but {he} did not like the night. {He} was afraid of the dark.
There was one thing that {N} did not tell anybody. {He} was afraid of the dark.
{N} did not like to go to bed. In the dark of the night, everything looked strange to {him}.
-
The coat on the door looked like a bear, and the chair looked like a big spider.
{He} pulled the blanket up to {his} nose and looked at the black corners of the room.
"There is somebody under my bed," {he} said every night. But there was only dust.
Each little noise was like thunder to {him}, and each shadow had long fingers.
-
{H} left the door open a little, but that did not help.
{H} sang a song for {him} each night. But when the song was over, the fear came back.
{N} often called {H}. "Can you stay until I am asleep?" {he} asked. And {H} stayed.
{N} held {his} pillow so tight that the feathers came out.
+/
{oneday}, {N} heard a strange noise. Tap, tap, tap. It came from the window.
{oneday}, there was a noise. Scratch, scratch. {N} sat up at once.
{oneday}, a noise woke {him}. Somebody was crying outside.
{oneday}, {N} could not sleep. Then there was a soft voice in the dark. "Whoo, whoo," it said.
-
{N} did not dare to move. {He} counted to ten and then to twenty. The noise did not stop.
{His} heart beat like a drum. {He} wanted to call {H}, but {his} voice was gone.
{N} hid under the blanket. But even there {he} could hear it.
"Who is there?" {N} whispered. The noise stopped for a moment, and then it came again.
+
Then {N} took a small lamp. {He} was shaking, but {he} walked to the window and turned on the light.
At last {N} took all {his} courage, turned on a light and opened the window.
"I want to know what it is," {N} told {himself}. {He} lit a candle and went to the window, step by step.
{N} took a deep breath. With a little light in front of {him}, {he} opened the curtain.
+
And what did {he} see? A tiny owl was sitting there, and it had lost its way.
There was no monster. It was only a baby owl, and it was afraid.
Outside on the branch sat a small owl with big round eyes. It was shaking too.
It was a little owl. One of its wings was caught in the branches.
-/
"You poor thing," said {N}. "Do not be afraid. I am here." And {he} held out {his} arm.
{N} forgot {his} fear. {He} went outside in {his} slippers to help the owl.
"Did you make all that noise?" asked {N}. The owl blinked with both eyes.
{N} gently took the owl into {his} arms. It was as soft as a ball of wool.
-
"Thank you," said the owl. "I am too young to fly alone. My mother is in the old oak tree."
"I want to go home to my mother," said the owl. "She lives on the other side of the garden."
"Could you take me to my nest?" asked the owl. "It is in the tall tree on the hill."
The owl pointed with its wing. On the other side of the meadow was a hollow tree. "I live there," it said.
+/
So {N} carried the little owl home through the dark. {He} put one foot in front of the other.
So they went out into the dark night together, {N} and the owl. "Do not be afraid," the owl said. "I know the night."
{N} walked through the dark with the owl on {his} shoulder. It was not far, but it felt very far.
{N} wanted to help the owl, and so {he} went with it through the dark garden.
-
"Look up," said the owl. {N} looked up, and there were a thousand stars.
The moon made a white path in the grass. {N} had never seen anything so pretty.
Little fireflies danced around them, like sparks of gold. "They do that every night," said the owl.
"What is that black thing?" asked {N}. "Only a bush," said the owl. "In the day it has red berries."
-
It was very quiet. {N} could hear the wind in the leaves, and it was like a song.
A hedgehog walked across the path and said good evening. {N} had to smile.
The air was cool and smelled of flowers that only open at night.
{N} noticed that {he} was not shaking any more.
+/
When they came to the tree, the mother owl was very happy. "You have a brave heart," she told {N}.
The mother owl flew down and hugged her child with both wings. "Thank you, brave {N}," she said.
"My baby!" called the mother owl. "And you, {N}, walked through the dark to help us. How brave you are!"
The mother owl was waiting. "I looked for my child everywhere," she said. "Thank you for the light you brought."
+
{N} went home with light steps. {He} stopped once more to look at the stars.
On the way back, {N} turned off {his} light. The stars were bright enough.
{N} walked home slowly, because the night and its stars were so beautiful.
Back in bed, {N} looked out at the moon and the stars. Everything looked friendly now.
-
From that night on, {N} was not afraid of the dark. When {he} heard a "whoo", {he} smiled and fell asleep.
The coat was only a coat again, and the chair was only a chair. {N} slept well until the morning.
In the morning, {N} told {H} about it. "I think I like the night now," {he} said.
Every evening, {N} waved to the old tree. And every evening, an owl waved back.

= bread
hero: any
about: baking bread = bread; fresh bread = bread; a baker = bak; helping in the kitchen = bread; the smell of bread = bread
moral: What you make with your own work tastes the best.|Many helpers make the work light.
moral: {N} learned that good bread needs time, and that it is best when it is still warm.
-
{N} loved the smell of fresh bread. In the morning, it came through every window.
The thing {N} liked best in the world was warm bread with butter.
Every morning, {H} baked bread. The smell of it woke {N} up.
{N} could eat bread all day long. {He} ate it with honey, with jam, or with nothing on it.
+
{oneday}, {N} said, "I want to bake bread all by myself." {H} smiled and gave {him} a big bowl.
{oneday}, {H} was very tired. "Then I will bake the bread today," said {N}.
{oneday}, there was no bread in the house. "Let me bake some," said {N}.
{oneday}, {N} asked, "How is bread made?" "Come, I will show you how to bake it," said {H}.
-
{N} put on an apron that was much too long. {He} looked like a real baker.
First {N} washed up to the elbows. That is what good bakers do.
{N} looked for {his} {color} hat, for a baker needs a hat.
{N} stood on a chair, because the table was so high.
-/
But the flour jar was empty. So {N} took a bag and walked to the mill.
But there was no flour. "I will get some," said {N}, and {he} went down the road to the mill.
But to bake, you need flour, and there was none. {N} ran to the miller.
But where was the flour? {N} looked everywhere, and then {he} went to the mill to get some.
-
The miller was a fat goose. "You may have a bag," it said, "if you bring me a piece of bread later."
"I will give you flour," said the old miller, "but I would like to have a slice of the bread."
The big wheel of the mill turned and turned. {N} got a bag of flour, as white as snow.
On the way home, the bag had a small hole. {N} left a thin white line behind {him}.
+
{N} put flour and water and salt into the bowl. Then {he} mixed it all and made a dough.
{N} took flour, warm water, a little salt and some yeast. {He} mixed it well, and the dough was ready.
Into the bowl went the flour, the water and the salt. {N} mixed it until it was a round dough.
{N} counted the cups of flour, one, two, three, four. Then {he} added water and made a dough.
-
{He} pushed the dough and pulled it and turned it over. It was hard work.
The dough stuck to {his} nose and to {his} ears. {N} laughed.
{N} hit the dough, bang, bang, on the table. A white cloud rose up.
It was too wet, so {he} took more flour. Then it was too dry, so {he} took more water. Then it was just right.
+
"Now it has to rest," said {H}. {N} put a cloth over the dough and waited.
"The dough needs to sleep," said {H}. "Then it will grow." {N} sat down and waited.
{N} wanted to bake it at once, but {H} said, "Good bread needs time." So {N} waited.
{N} put the bowl in a warm place, as {H} had said. Now {he} had to wait for one hour.
-/
While {he} was waiting, {his} friend {F} came by. "What are you doing?" asked {F}. "I am making bread," said {N}.
{His} friend {F} looked through the window. "May I help?" {fhe} asked. "Yes, you can light the oven," said {N}.
{N} played a game with {his} friend {F}, but every few minutes {he} looked under the cloth.
{His} friend {F} brought some wood for the oven. "I love bread too," {fhe} said.
+
When {N} lifted the cloth, the dough was twice as big. "It is alive!" {he} shouted.
Slowly the dough got bigger and bigger. In the end it looked over the edge of the bowl.
After an hour, the dough was as round and high as a hill. {N} could not believe it.
And then the dough had grown. It was so big that it pushed up the cloth.
-
{N} made one big loaf and two small ones. {He} drew a heart on the biggest one.
{N} made a long loaf and gave it two eyes of nuts. It looked like a mouse.
{N} made six round rolls and put them side by side.
{N} rolled three strings of dough and made a braid, as {H} always did.
+/
Then the bread went into the hot oven. {N} sat down in front of it and did not move.
{N} put it into the oven. Soon there was a wonderful smell in the whole house.
Into the oven it went. {N} could hear how the crust began to crack.
Then {H} opened the oven, and {N} pushed the bread in. It got brown and browner.
-
The smell went out of the window and down the road. One nose after the other came to the door.
"Is it ready now?" {N} asked again and again. "Not yet," said the clock. Tick, tock.
{F} sat down too. They watched the oven as if it were a show.
Outside, a bird sat on the window and closed its eyes. It liked the smell too.
+
At last the bread was done. It was warm and brown, and it was the finest bread {N} had ever seen.
Then it was ready. {N} took it out with a thick cloth. How good it looked!
When it came out, it was as golden as the sun. {N} was so proud of {his} bread.
And then it was done. {N} knocked on the bread, and it sounded like a little drum.
+/
They all sat down at the table. {N} cut the bread and gave everybody a thick slice with butter.
{N} did not eat it alone. {He} gave a piece to {H}, and a piece to everybody who came by.
{H} put butter and honey on the table, and they ate until only crumbs were left.
"This is the best bread in the world," said {H}. {N} smiled with both cheeks full.
-
"Tomorrow we will bake again," said {F}, and {fhe} licked the honey from {fhis} lips.
{N} took one slice down to the mill, as it was only right.
The little bird got the crumbs. It sang the whole afternoon.
Since then, {N} bakes the bread every Sunday, and it gets better each time.

= bird
hero: bird
about: a little bird = bird; learning to fly = fly; a bird who is afraid to fly = fly; a {kid} = {kid}; being brave = fly
moral: Your wings are stronger than you think.|You will never know what you can do until you try.
moral: Each of us flies on a different day, and that is fine.
+
{N} was the smallest bird in the nest. {His} brothers and sisters could fly, but {N} could not.
{N} lived in a nest at the top of a tree. All the other young birds could fly, but {he} had never tried.
{N} was a young bird with soft feathers and big eyes. {He} was afraid to fly.
In the nest it was warm and safe, and {N} never wanted to leave it. {He} was a bird, but {he} did not fly.
-
{H} brought {him} worms and berries every day. "Soon you will get them yourself," {hhe} said.
The ground was far, far below. When {N} looked down, {his} head began to turn.
The others flew in circles and called, "Come, {N}, it is easy!" But {N} only shook {his} head.
"What if my wings do not work?" {he} asked. "What if I fall like a stone?"
-
{H} did not push {him}. "Your day will come," {hhe} said.
Every morning, {H} said, "Maybe today?" And every morning, {N} said, "Maybe tomorrow."
{N} moved {his} wings up and down, but {he} held on to the nest with both feet.
The squirrel next door could not understand it. "I can fly better than you," it said, "and I have no wings."
+/
{oneday}, all the others flew to the lake. {N} stayed behind alone.
{oneday}, {H} flew away to find food. "I will be back soon," {hhe} said. {N} was alone in the nest.
{oneday}, the sky was very blue. The other birds were playing in the air, and {N} watched them from the nest.
{oneday}, everybody was away. Only {N} was sitting in the nest and looked at the clouds.
-
The wind sang in the leaves. "Come and play with me," it seemed to say.
A butterfly came by. "I was once a worm," it said, "and even I can do it."
{N} heard how the others laughed. {He} wished so much to be there too.
"The world is so big," {N} thought, "and I only know one tree."
-
Then {he} heard a tiny voice. "Help! Help me!" It came from the foot of the tree.
Suddenly there was a cry from below. {N} looked over the edge of the nest.
Then something splashed. A little voice called, "Help! I cannot swim!"
All at once somebody called for help. It was a very small and frightened voice.
+
A little ladybug had fallen into the pond, and the water was carrying it away.
A baby mouse had fallen into the stream and held on to a thin blade of grass.
A beetle had fallen into the pond and lay on its back. It kicked with all six legs.
A tiny frog sat on a stone, and a big cat was coming closer and closer, without a sound.
-
{N} looked around. There was nobody else. "Somebody has to help," {he} thought.
"Help is coming!" called {N}. But who could help? There was only {N}.
{N} called for {H} as loud as {he} could. But {H} was too far away.
There was no time to lose. {N} felt {his} heart jump in {his} chest.
-
{He} climbed up to the edge of the nest. {His} knees were shaking, and the ground was so far away.
{N} looked down and closed {his} eyes. Then {he} opened them again.
"One, two," {N} counted. "Two and a half." Then the voice called once more.
{N} opened {his} wings. They were bigger than {he} had thought.
+/
And then {N} jumped. {He} fell, and fell, and moved {his} wings. And {he} began to fly!
"Now!" called {N} and jumped. The wind took {him} under the wings, and {he} could fly!
{N} did not think any longer. {He} let go. At first {he} fell, but then {his} wings carried {him}. It was so good to fly!
With all {his} courage {N} jumped out of the nest. {He} beat {his} wings hard, and {he} did not fall. "I can fly!" {he} called.
+
{He} flew down like an arrow, took the little one in {his} feet and carried it up, just in time.
{He} flew low over the ground, held out one foot and called, "Hold on!" Then they both went up into the air.
Quick as the wind {N} came down. "Hold on to me," {he} said, and up they flew.
{He} was there in a second. With {his} feet {he} lifted the little one up and set it down in the soft moss.
-
"Thank you," said the little one. "You are a wonderful flyer." {N} looked around. "Am I?" {he} asked.
"You saved me!" said the little one. "You must have been flying for years." {N} had to laugh.
The little one shook itself. "If you ever need help, call me," it said.
They sat there for a while and caught their breath. Then they began to laugh.
-/
Then {N} flew again, just for fun. {He} flew around the tree, over the meadow and up to the clouds.
{N} flew higher and higher. The houses were like toys, and the river was like a ribbon.
{N} turned left and turned right. {He} even turned upside down, but only once.
{N} flew to the lake, where all the others were. They could not believe their eyes.
+
When {H} came back and saw {him} in the air, {hhe} sang with joy. "I knew that you could fly," {hhe} said.
{H} saw it all from far away. {Hhe} came and flew next to {him}, wing to wing.
In the evening, {H} heard the whole story. "Today was your day to fly," {hhe} said.
"Look at me, {H}!" called {N}. "I can fly!" And {H} was very proud.
-
That night, {N} sat in the nest and looked up. "Tomorrow I will fly to the moon," {he} said and fell asleep.
After that, {N} was the first one to leave the nest in the morning and the last one to come back.
And when another young bird was afraid, {N} sat down next to it and said, "Your day will come."
Now the whole sky belonged to {him}, and {he} sang from morning until night.
"""
