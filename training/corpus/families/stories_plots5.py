"""Story plots, fifth part. stories.py explains the notation."""

PLOTS = """
= snow
hero: any
morning: no
oneday: One morning|One cold morning|Then one morning
about: a snowman = snowman; the first snow = snow; winter = snow; a snow day = snow; {N} and {F} = {F}
moral: Some friends only stay for a while, but you can keep them in your heart.|Winter is not cold when you have a friend.
moral: What goes away in the spring comes back with the snow.
+
Winter had come, and it was very cold. {N} waited for the snow every day.
It was winter. {N} looked at the gray sky and hoped for snow.
The days were short, and the pond was hard with ice. But there was no snow, and {N} wished for it so much.
{N} loved the winter. Each evening {he} asked, "Will there be snow tomorrow?"
+/
{oneday}, {N} looked out of the window. Everything was white! It was the first snow.
{oneday}, it was very quiet outside. {N} opened the door. The whole world was covered with snow.
{oneday}, big white flakes fell from the sky. "Snow!" called {N} and danced around the table.
{oneday}, there was snow on the roofs, snow on the trees, and snow on {N}'s nose.
-
{He} put on {his} {color} scarf and {his} thick boots and ran out.
"Put on something warm," said {H}. {N} took {his} {color} hat and went outside.
{N} ate {his} breakfast very fast. There was no time to lose on such a day.
{N} made the first steps in the snow. Crunch, crunch, it went.
+
{His} friend {F} was already there. "Let us build a snowman," said {F}.
{N} met {his} friend {F} on the hill. They had the same idea. They wanted to make a snowman.
"I want to build the biggest snowman in the world," {N} told {his} friend {F}.
Soon {his} friend {F} came too. They threw snowballs, and then they began to build a snowman.
-
They rolled a big ball, and another one, and a small one for the head. It was hard work.
First they made the belly. They rolled it until it was so big that they could not move it any more.
{N} made the belly, and {F} made the head. Their noses were red from the cold.
They pushed and rolled and laughed. The snow was just right, not too wet and not too dry.
-
They took two stones for the eyes and a carrot for the nose.
{N} found a carrot for the nose, and {F} found a branch for the arms.
{H} gave them an old hat and a pipe. The eyes were two black nuts.
For the mouth they took red berries. Now the snowman could smile.
+
In the end {N} put {his} own scarf around the snowman's neck. "Now you will not be cold," {he} said.
When the snowman was done, {N} and {F} stepped back. He was round and tall and very handsome.
"What is his name?" asked {F}. {N} thought about it. "His name is Frosty Joe," {he} said.
The snowman was so nice that everybody stopped to look. {N} and {F} were proud.
-/
In the evening, {N} said good night to the snowman. "It is not nice to be alone in the dark," {he} thought.
At night, {N} looked out of the window. The snowman was standing in the moonlight. Did he wave?
It got dark early. {N} had to go in, but {he} looked back three times.
{H} made hot soup. {N} wanted to bring some to the snowman, but {H} said that it would not be good for him.
-
The next day, they built a snow dog for him. The day after that, they built a snow cat.
"He needs a friend," said {F}. So they made a small snowman and put it right next to the big one.
Day after day, they played near the snowman, and he watched them with his friendly eyes.
They told him stories and sang songs for him. The snowman was a very good listener.
-
A hungry bird wanted to eat the snowman's nose, so {N} gave it some seeds.
Once a strong wind took the snowman's hat away. {N} ran after it over the whole hill and brought it back.
When the sun was out, the snowman shone like a thousand diamonds.
They slid down the hill on a board, again and again, right past the snowman.
+/
But then the sun got warm. Drip, drip, drip. The snowman became thin and small.
But one morning, there was water on the windows. The snow was melting, and the snowman was melting too.
But the winter did not last. The wind was warm now, and the snowman lost his nose.
But the days became longer and warmer. Each day the snowman was a little smaller.
+
"Please do not go," said {N}, and {he} had tears in {his} eyes.
{N} was sad. {He} brought fresh snow from the shade, but it was not enough.
"Can we do anything?" asked {F}. They held up a cloth against the sun, but it did not help.
One day only the two eyes were left. {N} picked them up and cried a little.
-
{F} put an arm around {him}. "We had so much fun with him," {fhe} said.
{H} came out and stood next to {him}. "I know that you will miss him," {hhe} said.
A bird began to sing in the bare tree. It was the first song of the spring.
{N} and {F} sat down on a log and did not say a word for a while.
+
"He is not gone," said {H}. "He is only water now. He will go up into the clouds and come back as snow."
"Look," said {F}. Where the snowman had been, there was a small white flower.
Then {N} saw that flowers were growing in that place. "That is a present from the snowman," said {F}.
"He will come back next winter," said {H}. "Snow always comes back."
-/
{N} put the snowman's eyes in a little box. On the box {he} wrote: For next winter.
"See you next year!" {N} called up to the clouds. One of them looked as if it had a hat on.
Then they ran down to the stream and let little boats swim in the water. "Hello, snowman," said {N}.
{N} smiled again. {He} put the flower into a glass and set it on the table.
-
And when the first flakes fell the next year, {N} and {F} were waiting with a carrot and a hat.
Spring came, and summer, and fall. And then, one quiet morning, it snowed.
Since then, {N} says hello to every snowflake. You never know who it may be.
That night, {N} dreamed of a big white friend who was smiling in the sky.

= kitten
hero: child
pet: kitten|puppy
about: a stray {pet} = {pet}; a little {pet} = {pet}; a {pet} who needs a home = {pet}; a new pet = {pet}
moral: Be kind to the small and the weak.|A little kindness can change a whole life.
moral: A home is the place where somebody waits for you.
+
{N} had always wanted a pet. But {H} said, "A pet is a lot of work. Maybe when you are older."
{N} loved all animals. {He} fed the birds, and {he} carried the snails off the road.
More than anything, {N} wished for an animal that {he} could take care of.
Every year {N} had the same wish. {He} wished for a pet, but {he} never got one.
-
{N} had a toy cat and a toy dog, but they never ate anything, and they never ran.
On the way to school, {N} greeted every dog and every cat by name.
{N} drew animals on every piece of paper that {he} could find.
"I would be so good to it," {N} said. "I would share my bed and my bread."
+/
{oneday}, it rained very hard. On the way home, {N} heard a thin voice. It came from a wet box.
{oneday}, {N} heard a small cry behind the garden shed. {He} went closer to see what it was.
{oneday}, something moved under a bush. {N} bent down and saw two big eyes.
{oneday}, {N} was walking through the park. Under a bench {he} saw something small that was shaking.
+
It was a tiny {pet}. {Phis} {fur} fur was wet, and {phe} was very thin.
There sat a little {pet}, all alone. {Phe} was {fur}, cold and hungry.
It was a {fur} {pet}, so small that {phe} could have slept in a shoe.
A little {pet} looked up at {him}. {Phe} had {fur} fur and a hurt paw.
-
"Where is your mother?" asked {N}. {He} looked around, but there was no other animal near.
{N} held out {his} hand and waited. The {pet} came closer, very slowly.
"Do not be afraid," said {N} in a soft voice. "I will not hurt you."
The {pet} wanted to run away, but {phe} was too weak. {N} sat down on the ground and spoke softly.
+
{N} took off {his} coat and wrapped it around the {pet}. Then {he} carried {phim} home.
{N} could not leave {phim} there. {He} put the {pet} under {his} coat and ran home.
{N} picked {phim} up very gently. "You are coming home with me," {he} said.
{N} held {phim} close to {his} chest. "First you need to get warm," {he} said, and {he} walked home fast.
-/
At the door {N} stopped. What would {H} say? {He} took a deep breath and went in.
"What do you have there?" asked {H}. {N} opened {his} coat a little, and two eyes looked out.
{H} was in the kitchen. "Please do not be angry," said {N}. "I found somebody."
{N} wanted to hide the {pet} in {his} room. But then there was a tiny sound, and {H} turned around.
+
"{H}, may we help?" asked {N}. "{Phe} has nobody." {H} looked at the {pet}. "Of course," {hhe} said.
{H} wanted to say no. But then the {pet} sneezed, and {H} had to smile. "{Phe} can stay tonight," {hhe} said.
"We cannot leave {phim} in the cold," said {H}. "{Phe} may stay until we find the owner."
"Oh dear," said {H}, "{phe} needs food and a warm place." And {hhe} went to get a towel.
-
They dried {phim} with a towel and gave {phim} warm milk. The {pet} drank it all.
{N} made a bed out of a basket and an old sweater. The {pet} turned around three times and fell asleep.
{H} cleaned the paws, and {N} held the bowl. Soon the little belly was round.
{N} sat next to the basket all evening. Each time the {pet} woke up, {he} was there.
-
The next day, they asked all the neighbors. Nobody had lost {a} {pet}.
They put up signs at the shop and at the school. They waited for a week, but nobody called.
They went to the animal doctor. "{Phe} is healthy," said the doctor, "but {phe} has no owner."
They looked for the owner everywhere. {N} hoped a little that they would not find one.
-/
{N} did all the work. {He} got up early, filled the bowl and cleaned the basket.
{N} played with {phim} every day. {He} rolled a ball, and the {pet} ran after it.
{N} learned a lot. {He} learned to be quiet, to be patient and to get up early.
Even when it rained, {N} went out with {phim}. {He} never said that it was too much.
-
The {pet} grew stronger every day. {Phe} ran up and down the stairs and slept in {H}'s shoes.
Once the {pet} pulled down the curtain. {N} cleaned it all up and said sorry.
Soon the house was full of small steps and funny noises. Even {H} laughed more than before.
In the evening, the {pet} slept on {H}'s lap, and {H} did not move until {phe} woke up.
+
One evening, {H} said, "You have taken such good care of {phim}. I think that {phe} should stay with us."
Then {H} came with a small {color} collar. "Now {phe} belongs to us," {hhe} said.
After two weeks, {H} smiled and said, "I see that you are old enough. The {pet} can stay for good."
In the end {H} said, "A good friend should not leave again." And so the {pet} could stay.
+
{N} jumped for joy. "Your name is {P}," {he} told the {pet}, "and this is your home."
"Do you hear that?" {N} said to the {pet}. "You are at home now. I will call you {P}."
{N} threw {his} arms around {H}. They named the {pet} {P}.
{N} laughed and cried at the same time. "Welcome home, {P}," {he} said.
-/
Now {P} waits at the window every day until {N} comes home from school.
That night, {P} did not sleep in the basket. {Phe} slept in {N}'s bed, right next to {his} feet.
{P} grew big and strong, and {phe} never forgot who had found {phim} in the cold.
And if you walk by the house, you can see them in the garden, {N} and {P}, side by side.
"""
