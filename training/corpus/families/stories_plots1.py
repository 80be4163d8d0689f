"""Story plots, first part. stories.py explains the notation."""

PLOTS = """
= lost_toy
hero: child
thing: teddy bear|toy rabbit|toy train|rag doll|toy boat|drum|toy robot|wooden duck
about: a lost toy = {thing}; a lost {thing} = {thing}; a {kid} who loses a toy = {thing}; a {color} {thing} = {thing}
moral: When something is lost, it helps to look for it together.|A good friend helps you look until the very end.
moral: After that day, {N} always put the {thing} back in its place.
+
{N} had a {color} {thing}. {He} loved it more than anything else in [the world|the whole house].
{His} best toy was a {color} {thing}. {He} took it [everywhere|to the table, to the garden and to bed].
{N} had many toys, but the best one was a {color} {thing}. It was small and old, and {he} loved it very much.
On {his} last birthday {he} got a {color} {thing}, and {he} played with it every single day.
-
Every night, the {thing} sat next to {his} pillow. "Good night," {N} would say, and then {he} fell asleep.
{N} told the {thing} all {his} secrets. It never laughed at {him}, and it never told anybody else.
When it rained, {N} and the {thing} sat at the window. When the sun was out, they played in the grass.
Sometimes {N} even saved a [cookie|seat] for the {thing}. {H} smiled when {hhe} saw it.
+/
{oneday}, {N} wanted to play, but the {thing} was not on the shelf. It was gone!
{oneday}, {N} could not find the {thing}. {He} looked on the shelf, but it was not there.
{oneday}, {N} looked at {his} bed and stopped. Where was the {thing}? It was not there.
{oneday}, {N} ran to get the {thing}, but {his} toy box was empty. The {thing} was lost.
-
{He} looked under the bed. {He} found a sock and a [spoon|pencil|button], but no {thing}.
{He} looked behind the door and under the table. {He} found only [dust|an old shoe|a blue marble].
{He} opened all the boxes, one after the other. There were books and blocks, but there was no {thing}.
{He} pulled the blanket from the bed and shook it. A [pencil|small coin] fell out, but nothing else.
+
{N} felt very sad. {He} sat down on the floor and [began to cry|cried a little].
A big tear ran down {his} cheek. "Where can it be?" {he} [asked|whispered].
{His} heart felt heavy. "I will never see it again," {he} said and [began to cry|sobbed].
{N} did not want to eat, and {he} did not want to play. {He} only wanted the {thing} back.
+/
{H} heard {him} and came in. "What is wrong?" {hhe} asked. "My {thing} is lost," said {N}.
Then {H} came into the room. "Why are you so sad?" {hhe} asked. {N} told {hhim} about the lost {thing}.
{H} sat down next to {him}. "Tell me what happened," {hhe} said. "I lost my {thing}," {N} answered.
"What is the matter?" asked {H}. {N} showed {hhim} the empty place. "My {thing} is gone," {he} said.
-
"Do not worry," said {H}. "Let us think. Where did you play [yesterday|last time]?"
"We will find it," said {H}. "A toy cannot walk away. It must be somewhere."
{H} gave {him} a warm hug. "I will help you look. Four eyes see more than two," {hhe} said.
"Dry your tears," said {H} in a soft voice. "We will look for it together, and we will not stop."
-
{N} wiped {his} eyes and thought hard. "We were in the kitchen, and later we were outside," {he} said.
{N} tried to remember. First {he} had been in the kitchen. Then {he} had been in the garden.
{N} closed {his} eyes and thought about the day before. There had been the kitchen, the stairs and the garden.
{N} nodded slowly. "Maybe I left it in the kitchen," {he} said. "Or maybe I left it outside."
-/
First they looked in the kitchen. They looked under the chairs and behind the big pot. There was nothing.
They went to the kitchen and looked everywhere. {N} even looked into the [bread box|flour jar], but it was not there.
In the kitchen they found some crumbs and a [fork|bottle], but they did not find the {thing}.
They looked on the stairs, in the kitchen and in the hall. {N} was almost ready to give up.
-
"Keep going," said {H}. "The best things are often in the last place." So they went on.
"Do not give up now," said {H}. {N} took a deep breath and went on looking.
{N} held {H}'s hand very tight. "I hope it is not cold and alone," {he} said.
A [bird|sparrow] sang outside. {N} looked out of the window and suddenly had an idea.
+/
Then they went out to the garden. There, under [the apple tree|the old bench], {N} saw something {color}.
Then they walked through the garden gate. In the tall grass, something {color} was [shining|waiting].
They looked in the garden last. Something {color} was sitting between the [flowers|bushes].
Then {H} opened the garden door and pointed. Next to the [wall|well] there was something small and {color}.
+
It was the {thing}! It was a little [wet|dirty], but it was not broken.
{N} ran as fast as {he} could. It was the {thing}, and it was safe!
"My {thing}!" {N} shouted. {He} picked it up and held it close.
{N} could not believe {his} eyes. It was the {thing}, and it had been there all night.
+
{N} jumped up and down. "Thank you for helping me," {he} said to {H}.
{N} laughed out loud and gave {H} a big hug. Now everything was good again.
All the tears were gone. {N} danced around the garden with the {thing} in {his} arms.
"You were right," {N} told {H} with a big smile. "We found it because we looked together."
-/
They cleaned the {thing} with warm water and put it in the sun. Soon it looked almost new.
{H} took a soft cloth and cleaned the {thing}. {N} watched and [sang a little song|helped to dry it].
At home, they wiped off the mud. {N} put the {thing} on the table, right next to {his} plate.
Then they went inside and had [hot milk|soup and bread]. The {thing} sat on the chair next to {N}.
-
That night, {N} held the {thing} tight. "I will take better care of you," {he} whispered and fell asleep.
In the evening, {N} made a small bed for the {thing}. "Now I will always know where you are," {he} said.
That night, the {thing} was back next to the pillow, and {N} slept very well.
When the moon came up, {N} was already asleep with the {thing} next to {him}.

= new_friend
hero: any
about: a new friend = {F}; making friends = friend; a shy newcomer = {F}; {N} and {F} = {F}
moral: A kind word can be the start of a long friendship.|It only takes one small hello to make a friend.
moral: From that day on, {N} and {F} were the best of friends.
+
{N} often played alone. {He} wished for a friend [more than anything|with all {his} heart].
{N} had a big ball and a good swing, but {he} had nobody to play with. {He} wanted a friend.
There was only one thing that {N} missed. {He} did not have a friend to play with.
Most days {N} played under the old tree. It was nice there, but it was lonely without a friend.
-
{He} talked to the birds and the butterflies. They were pretty, but they never answered.
{He} threw {his} ball against a wall and caught it again. After a while, that was not much fun.
{He} built houses of sticks and stones. "It would be nicer to build with somebody," {he} thought.
{He} watched the clouds go by. One looked like a ship, but there was nobody to tell about it.
+/
{oneday}, somebody new came to live nearby. It was {fwho}, and {fhe} looked a little shy.
{oneday}, {N} saw somebody new near the pond. It was {fwho}, who stood there all alone.
{oneday}, {N} heard a small sound behind a bush. {He} looked and saw {fwho}, who was [crying|very quiet].
{oneday}, {fwho} moved into the empty house next door. {Fhe} did not know anybody.
-
{N} wanted to say hello, but {he} felt shy too. {He} hid behind a tree and watched.
{N} took one step and then stopped. "What if {fhe} does not like me?" {he} thought.
{N} looked at the newcomer, and the newcomer looked at {N}. Nobody said a word.
At first {N} did not know what to do. {His} heart was beating very fast.
-
{N} ran home to {H}. "There is somebody new, but I am too shy to say hello," {he} said.
Just then {H} came by. "Why are you standing here?" {hhe} asked. "I do not know what to say," {N} whispered.
{N} asked {H} what to do. {H} smiled and said, "Just be kind. That is always a good start."
That night, {N} told {H} about it. "Maybe {F} is shy too," said {H}. "Try to say hello."
+/
The next morning, {N} took a deep breath. {He} walked up to {F} and said, "Hello! I am {N}."
Then {N} was brave. "Hello," {he} said. "My name is {N}. What is your name?"
At last {N} smiled and waved. "Hello there," {he} called. "Do you want to play with me?"
In the end {N} held out {a} [flower|apple|cookie]. "This is for you," {he} said. "I am {N}."
+
The newcomer looked up and smiled. "I am {F}," {fhe} said. "I do not know anybody here."
"Hello," said the newcomer in a soft voice. "My name is {F}. I was afraid that nobody would talk to me."
The newcomer smiled a little. "I am {F}," {fhe} answered. "Thank you. You are very kind."
"I am {F}," the newcomer said shyly. "I would like to have a friend."
-
"Now you know me," said {N}. "I will show you all the good places." {F} nodded happily.
"That is fine," said {N}. "I was a little afraid too." Then they both laughed.
"You do not have to be shy," said {N}. "Come, I will show you the best place of all."
"I also wanted a friend for a long time," said {N}. {F} looked very happy when {fhe} heard that.
+/
First they played with a ball. {N} threw it high, and {F} caught it every time.
They went to the pond and threw small stones into the water. They counted the rings and laughed.
They played hide and seek. {F} was very good at it, and {N} had to look for a long time.
They climbed the hill and rolled down again and again, until their heads were full of grass.
-
Then {F} showed {N} how to [make a boat of leaves|whistle with a blade of grass]. {N} had never done that before.
{F} knew many funny songs. {N} learned one, and they sang it three times.
{N} showed {F} the place where the sweet berries grew. They ate until their mouths were [blue|red].
{F} told a story about {fhis} old home. {N} listened and asked a hundred questions.
-
Once they wanted the same stick. "You take it," said {N}. "No, you take it," said {F}. So they broke it in two.
When {F} fell and hurt {fhis} knee, {N} helped {fhim} up. "Does it hurt?" {he} asked. "Not any more," said {F}.
A cold wind came, and {F} began to shiver. {N} gave {his} warm scarf to {F}.
At noon they were hungry. {N} had one piece of cake, and {he} gave half of it to {F}.
+/
Soon the sun went down. "I had a lovely day," said {F}. "Can we play again tomorrow?"
The day went by very fast. "It is time to go home," said {F}. "Will you come back tomorrow?"
When the sky turned red, they were tired and happy. "This was the best day," said {F}.
In the evening, {F} had to go home. "I am so glad that you said hello," {fhe} told {N}.
+
"Yes," said {N}. "Tomorrow and every day after that." And they shook hands on it.
{N} smiled from ear to ear. "Of course," {he} said. "That is what friends do."
"I am glad too," said {N}. {He} waved until {F} was out of sight.
"See you tomorrow, my friend," said {N}. It felt very good to say that word.
-
{N} ran home to {H}. "I have a friend!" {he} shouted. {H} was happy for {him}.
At home, {N} told {H} everything. {He} talked so much that {his} soup got cold.
That night, {N} could not sleep at first. {He} was thinking about all the games for the next day.
Before bed, {N} looked out and saw a light. It was {F}, who was waving from {fhis} window.

= sharing
hero: any
thing: apples|pears|cookies|cherries|nuts|strawberries|plums|cakes
about: sharing = shar; a basket of {thing} = {thing}; being kind to others = {N}; {thing} = {thing}; {N} and {F} = {F}
moral: Things taste better when you share them.|If you share what you have, you will never be alone.
moral: From then on, {N} shared with everybody who was hungry.
+
{N} loved {thing}. {He} could eat them for breakfast, for lunch and for dinner.
There was nothing that {N} liked more than {thing}. {He} dreamed about them at night.
{N} liked to eat, and most of all {he} liked sweet {thing}.
If you asked {N} what {he} wanted, the answer was always the same. {He} wanted {thing}.
+
{oneday}, {H} gave {him} a big basket full of {thing}. "These are for you," {hhe} said.
{oneday}, {N} got a basket of {thing} from {H}. It was so heavy that {he} could hardly carry it.
{oneday}, {H} came home with a large basket. It was full of {thing}, and all of them were for {N}.
{oneday}, {H} put a basket on the table. {N} looked inside and saw the finest {thing}.
-
"Thank you!" said {N}. {He} took the basket and ran outside to find a quiet place.
{N} could not believe it. {He} said thank you and carried the basket to the big tree.
"All for me," {N} thought. {He} took the basket and sat down in the shade.
{N} was so happy that {he} hopped around the room. Then {he} took the basket outside.
-/
{He} began to eat. The first one was wonderful, and the second one was even better.
{He} put one into {his} mouth and closed {his} eyes. It was sweet and good.
{He} ate one, and then {he} ate another one. There were still so many left.
{He} counted them first. There were more than twenty, and {he} smiled.
+
After a while, {fwho} came by. {Fhe} looked at the basket but said nothing.
Then {fwho} walked up the path. {Fhe} looked thin and tired, and {fhis} eyes were on the basket.
Soon {fwho} came along and sat down. {Fhe} had not eaten all day.
Just then, {fwho} stopped in front of {him}. {Fhe} looked very hungry.
+
"May I have one?" asked {F}. {N} held the basket tight. "No," {he} said. "They are mine."
"Those look good," said {F} in a small voice. But {N} turned away and went on eating alone.
"Could you give me one?" asked {F}. {N} shook {his} head. "I want to eat them all," {he} said.
{F} waited and hoped. But {N} hid the basket behind {his} back and did not want to share.
-
{F} looked down at the ground. "All right," {fhe} said, and {fhe} slowly walked away.
{F} did not get angry. {Fhe} only nodded and went to sit on a stone, far away.
{F} said, "I understand," and went away with a sad face.
A tear ran down {F}'s face. Then {fhe} turned around and left.
-/
{N} ate one more, but now it did not taste so good. {He} thought about {F}'s sad face.
Now {N} was alone again. {He} looked at the basket, but {he} was not happy any more.
It became very quiet. Somehow the {thing} were not as sweet as before.
{N} tried to go on eating, but {he} could not. Something hurt inside {his} chest.
-
{He} remembered how {F} had once helped {him} to carry wood. {F} had never asked for anything.
{He} remembered a cold day when {F} had given {him} half of a warm bun. That had been so kind.
"What if I were hungry?" {he} thought. "I would want somebody to share with me."
{He} remembered {H}'s words. "A full basket is for many," {hhe} liked to say.
+/
{N} felt sorry. {He} picked up the basket and ran after {F}. "Wait!" {he} called.
Then {N} jumped up. {He} took the basket and ran down the path. "{F}, please wait!" {he} shouted.
At last {N} knew what to do. {He} carried the basket over to {F} and put it down.
"I was not kind," {N} said to {himself}. So {he} took the basket and went to look for {F}.
+
"I am sorry," said {N}. "Please take as many as you like. I want to share them with you."
"I am sorry that I was so mean," {he} said. "Let us share them. Half for you and half for me."
"Here," said {N}, and {he} was out of breath. "Let us share. It is no fun to eat alone."
"Please forgive me," said {N}. "I have so many. I should share them with a friend."
-
{F} looked at {him} with wide eyes. "Do you mean it?" {fhe} asked. "Yes, I do," said {N}.
{F} smiled, and it was like the sun coming out. "Thank you, {N}," {fhe} said.
{F} took one and bit into it. "This is the best thing I have ever eaten," {fhe} said.
{F} was not angry at all. {Fhe} moved over so that {N} could sit down too.
+/
They sat together in the grass and ate. They laughed and told jokes until the basket was empty.
Side by side they sat and ate the {thing}. Now each one tasted better than the one before.
They ate and talked and laughed. It was much more fun than eating alone.
They shared every last one of the {thing}. Then they lay in the grass and looked at the sky.
-
"Look, there is one left," said {F}. They cut it in two and each took a half.
When a small bird came, they gave it some crumbs too. The bird sang a song for them.
"Tomorrow I will bring something for you," said {F}. And the next day, {fhe} brought a jar of honey.
After that, {F} taught {N} a new game, and they played until the evening.
-
When {N} came home, {H} saw the empty basket. "Did you eat them all?" {hhe} asked. "No," said {N}, "we did."
In the evening, {N} told {H} what had happened. {H} was proud of {him}.
"My stomach is full," said {N} when {he} came home. "And my heart is full too." {H} gave {him} a hug.
{H} saw them coming down the road, arm in arm, and {hhe} smiled.

= storm
hero: child
pet: dog|cat|puppy|kitten|rabbit
about: a storm = storm; thunder and lightning = thunder; a {kid} and a {pet} = {pet}; being brave = brave; a {pet} = {pet}
moral: Even a big storm goes away in the end.|It is easier to be brave when you are not alone.
moral: Since then, {N} and {P} are not afraid of storms any more.
+
{N} had a little {pet} named {P}. The two of them were always together.
{His} best friend was a {fur} {pet} called {P}. Wherever {N} went, {P} went too.
{N} had a small {pet}. {Phis} name was {P}, and {phe} followed {N} everywhere.
At home there was also a {pet} with soft ears. {P} was {phis} name, and {phe} slept on {his} bed.
-
{P} was not afraid of big animals or deep water. There was only one thing that {phe} did not like, and that was noise.
They liked to play in the yard. {N} ran, and {P} ran after {him}, round and round.
In the morning they ate together, and in the evening they looked at the stars together.
{N} was not afraid of spiders, and {he} was not afraid of mice. But {he} was a little afraid of loud noises.
+/
{oneday}, the sky turned gray. Dark clouds came over the hills, and the wind began to blow.
{oneday}, big black clouds came from the west. The birds stopped singing, and it got very quiet.
{oneday}, the wind began to shake the trees. "A storm is coming," said {H} and looked at the sky.
{oneday}, the air was hot and still. Then, far away, {N} heard the first deep rumble.
-
{H} called from the house. "Come inside! A storm is on the way." {N} ran as fast as {he} could.
{N} helped {H} to bring in the washing. The wind pulled at the sheets as if it wanted them.
They closed all the windows and the door. {H} put some wood on the fire.
The first drops fell, as big as coins. {N} laughed at first, but then {he} ran inside.
+
Then the storm began. The rain fell hard, and the thunder went boom! The whole house shook.
Then there was a bright flash. One, two, three, boom! The thunder was very loud.
Soon rain and wind beat against the windows. The lightning was white, and the thunder roared like a lion.
Then the storm was right above them. The thunder rolled over the roof, and the lights went out.
+
{N} wanted to hide under the blanket. But where was {P}? The {pet} was not in the room.
{N} put {his} hands over {his} ears. Then {he} looked around. "Where is {P}?" {he} cried.
{N} jumped. When {he} looked for {P}, the place next to {him} was empty.
"I do not like this," said {N}. {He} wanted to hold {P}, but {P} was gone.
-/
{N} called {P}'s name, but the storm was too loud. Nobody answered.
{N} looked behind the [sofa|door]. There was nobody there. {He} looked under the table. Nobody was there either.
"{P}! {P}!" called {N}. {He} could hear only the rain on the roof.
"Maybe {P} is afraid too," said {H}. {N} knew that {he} had to look for {phim}.
-
{H} gave {him} a small lamp. "Be brave," {hhe} said. "The thunder is loud, but it cannot hurt you in here."
{N} took a candle in a glass. {His} knees were shaking, but {he} went on.
{N} swallowed. {He} was afraid, but {he} loved {P} more than {he} feared the thunder.
"Thunder is only noise," {N} told {himself}. "It is like a big drum in the sky."
-
{N} went down the dark hall, step by step. Boom! went the thunder. {N} stopped, but {he} did not turn back.
{He} looked in the kitchen and in the bathroom. Each time the lightning came, {he} could see the whole room.
{He} walked up the stairs. The old wood creaked, and the wind howled like a wolf.
{He} opened one door after the other. "Do not be afraid, {P}," {he} called. "I am coming."
+/
Then {N} heard a tiny sound. It came from the [closet|big basket]. There was {P}, and {phe} was shaking with fear.
At last {N} looked under the bed. Two round eyes looked back at {him}. It was {P}!
Behind the old chair, {N} found the {pet}. {P} had made {phimself} as small as a ball.
There was a little noise in the corner. {N} held up the light and saw {P} under a coat.
+
"Do not be afraid," {N} said and took {P} in {his} arms. "I will stay with you."
{N} was not thinking about the thunder any more. {He} held the {pet} close and sang a quiet song.
"I was afraid too," whispered {N}. "But now we are together." {P} put {phis} head on {his} arm.
{N} felt very brave now. {He} wrapped {P} in a blanket and said, "I am here. You are safe."
-
Then they sat with {H} by the fire. {H} taught {N} to count the seconds between the flash and the boom.
{H} made hot chocolate, and they sat close together. "One, two, three, four," {N} counted after each flash.
{H} told a story about a giant who played with big stones in the sky. {N} had to laugh.
They made animals with the shadows of their hands. {N} made a bird, and {H} made a wolf.
+/
After a while, the thunder went farther and farther away. The rain stopped, and the clouds opened.
Slowly the storm moved on. The last drops fell from the roof, and it became quiet.
Then it was over. The wind went to sleep, and a ray of sun came through the window.
The storm grew tired and went away over the hills. Everything was wet and bright.
-
{N} and {P} ran outside. A big rainbow stood over the [hills|fields], and it had all the colors.
"Look, {P}!" said {N}. There was a rainbow in the sky, from one end to the other.
{N} opened the door. The air smelled of wet grass, and {P} jumped into the first puddle.
They went out to see the garden. A rainbow was shining above the trees.
-
{P} splashed in the puddles, and {N} splashed too. {H} laughed at the wet pair.
"You were very brave today," said {H}. {N} smiled and stroked {P}.
"I think the storm was not so bad," said {N}. "It even left us a present."
That night they slept very well, {N} in {his} bed and {P} right next to {him}.
"""
