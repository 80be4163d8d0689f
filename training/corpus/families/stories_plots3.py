"""Story plots, third part. stories.py explains the notation."""

PLOTS = """
= broken_toy
hero: child
thing: toy car|toy boat|toy robot|music box|toy train|wooden horse|toy plane
about: a broken toy = {thing}; a {thing} = {thing}; telling the truth = truth; a {color} {thing} = {thing}; {N} and {F} = {F}
moral: It takes courage to tell the truth.|A true friend can forgive a mistake.
moral: A thing can be mended, and a friendship can be mended too.
+
{N} had a good friend named {F}. {F} had a {color} {thing}, and {fhe} loved it very much.
{N} played with {his} friend {F} every day. {F} owned a wonderful {color} {thing}.
In the house across the street lived {F}, who was {his} best friend. {F} had a fine {color} {thing}.
{N} and {F} were good friends. They often played with a {color} {thing} that belonged to {F}.
-
"My grandfather made it for me," {F} liked to say. "There is only one in the whole world."
{F} kept it on a high shelf and cleaned it every Sunday.
{N} wished that {he} had one too. Sometimes {he} dreamed about it.
They never fought, and they shared almost everything.
+/
{oneday}, {F} said, "I have to help at home today. You may take the {thing} and play with it."
{oneday}, {F} had to go away for a while. "Please take care of my {thing}," {fhe} said to {N}.
{oneday}, {F} let {N} take the {thing} home. "But please be careful," {fhe} said.
{oneday}, {N} asked, "May I play with the {thing} until tomorrow?" "Yes," said {F}, "but take good care of it."
-
"I will be very careful," said {N}, and {he} carried it home with both hands.
{N} promised it. {He} was so proud that {he} walked home on the tips of {his} toes.
{N} nodded. {He} put the {thing} on {his} table and looked at it from all sides.
{N} wrapped it in a cloth and took it home. {He} wanted nothing bad to happen to it.
-
For an hour, {N} played with it very gently. Then {he} wanted to see what more it could do.
At first {N} only looked at it. Then {he} touched it, and then {he} began to play.
{N} played on the floor, on the bed and on the stairs. It was so much fun.
{N} played and played. {He} was so happy that {he} did not look where {he} was going.
+
Then it happened. The {thing} slipped out of {his} hands, fell down and broke. Crack!
But the {thing} fell off the table. There was a loud crack, and it broke in two.
Suddenly {N} tripped over the rug. {He} fell on the {thing}, and it broke.
Then the {thing} rolled down the stairs. Bump, bump, crack! When {N} picked it up, it was broken.
-
{N} turned pale. "What will {F} say?" {he} thought. {He} put the pieces in a box and hid it.
{N} wanted to cry. {He} pushed the broken pieces under the bed, where nobody could see them.
{N} tried to put it together, but it fell apart again. {He} was afraid to tell {F}.
"Oh no," whispered {N}. {He} did not know what to do. {He} hid the pieces in a drawer.
-/
That night, {N} could not sleep. {He} thought about the {thing} all the time.
At dinner, {N} did not eat. "Are you sick?" asked {H}. {N} shook {his} head, but {his} belly hurt.
{N} looked out of the window for a long time. {He} could say that a dog took it. But that was not true.
In bed, {N} turned to the left and to the right. It was as if the box was looking at {him}.
-
At last {he} told {H} everything. "I am so sorry," {he} said and cried.
{H} came in with a lamp and sat down on the bed. Then {N} told {hhim} what had happened.
{H} saw {his} sad face and asked what was wrong. {N} showed {hhim} the pieces.
"{H}, I did something bad," said {N} in the morning, and {he} told the whole story.
-
"Thank you for telling me," said {H}. "Now you need to tell {F} too. It is hard, but it is right."
{H} was not angry. "Things break," {hhe} said. "But it is better to tell the truth than to hide it."
{H} put an arm around {him}. "If you hide it, it gets heavier every day," {hhe} said.
"A mistake is not the end of the world," said {H}. "Go to {F} and say it as it was."
+/
The next day, {N} went to {F} with the pieces. "I have to tell you the truth. I broke your {thing}. I am very sorry."
The next day, {N} knocked on {F}'s door. {His} heart beat fast. "I broke your {thing}. That is the truth."
The next day, {N} was brave and went to {F}. "I will tell you the truth," {he} said. "Your {thing} is broken. I am so sorry."
The next day, {N} held out the box to {F}. "I broke it, and then I hid it," {he} said. "I wanted you to know the truth."
+
{F} looked at the pieces and was sad. But then {fhe} said, "Thank you for telling me."
{F} was quiet for a while. "I am sad," {fhe} said, "but I am glad that you did not lie to me."
First {F} cried a little. Then {fhe} wiped {fhis} eyes. "It was not on purpose," {fhe} said. "You are still my friend."
{F} took a deep breath. "A friend is more important than a toy," {fhe} said.
-
"Maybe we can fix it," said {N}. "I brought some glue and some string."
"My grandfather says that almost all things can be fixed," said {F}. "Let us ask for some glue."
{N} felt as if a big stone had fallen from {his} heart. "Shall we try to fix it?" {he} asked.
{H} gave them glue, a small hammer and some paint. "Let us see what you can do," {hhe} said.
+/
They worked together all afternoon. They glued the {thing} and painted it, and it looked fine again.
So they sat down at the table and fixed it, piece by piece. In the end the {thing} was whole again.
{N} held the pieces, and {F} put on the glue. After an hour, the {thing} was almost as good as new.
They glued it and waited until it was dry. There was still a small crack, but the {thing} worked again.
-
"I like it even more now," said {F}, "because we fixed it together."
They painted a small star over the crack. It was a secret sign of their friendship.
"Now you can play with it again," said {F}. {N} laughed. "But only on the soft rug," {he} said.
Then they had bread and jam, and they laughed about their sticky fingers.

= race
hero: any
thing: cup|medal|cake|crown of flowers|basket of fruit
about: a race = race; winning and losing = race; helping a friend = help; a fast {kid} = {N}; {N} and {F} = {F}
moral: A kind heart is worth more than a prize.|It is nice to win, but it is nicer to help.
moral: You can win in more than one way.
-
{N} could run very fast. {He} ran to the well, {he} ran to the market, and {he} ran home again.
{N} loved to run. When {he} ran, {his} feet almost did not touch the ground.
Nobody far and wide was as fast as {N}. {He} could even run with the wind.
{N} had strong legs and liked nothing more than to run over the fields.
+/
{oneday}, there was news. There would be a big race, and the first prize was a {thing}.
{oneday}, a sign hung on the old oak tree. It said: Big race on Sunday! The winner gets a {thing}.
{oneday}, the mayor rang a bell. "There will be a race around the lake," he called, "and the prize is a {thing}."
{oneday}, everybody was talking about the great race. The winner would get a {thing}.
-
"I want to win," said {N}. {He} practiced every morning before the sun was up.
"That {thing} will be mine," {N} told {H}. "Run with joy," said {H}, "that is the main thing."
{N} ran up the hill and down the hill, ten times a day. {He} wanted to be the best.
{N} put on {his} {color} scarf for good luck. "I feel as fast as an arrow," {he} said.
+
{His} friend {F} wanted to run too. {F} was not fast, but {fhe} liked to try.
{F}, who was {his} friend, joined the race too. {Fhis} legs were short, but {fhe} was happy to run.
A friend of {his} named {F} was in the race as well. "I will not win," said {F}, "but it will be fun."
{His} friend {F} came with {him}. {Fhe} had never run in a race before.
-/
The big day came. All the runners stood in a line and waited for the sign.
At last it was time. A long line was drawn in the sand, and everybody stood behind it.
On the day of the race, many came to watch. They waved little {color} flags.
On Sunday, the sky was clear. {N} stretched {his} legs, and {his} heart beat fast.
+
"One, two, three, go!" The runners were off, and {N} was the first of them all.
The bell rang, and the race began. Soon {N} was far in front.
"Ready, set, go!" And {N} ran like the wind. Nobody could keep up with {him}.
Somebody blew a whistle, and they all started to run. {N} took the lead at once.
-
{He} ran past the mill and over the bridge. Behind {him} the others got smaller and smaller.
Trees and houses flew by. {N} could hear only {his} own breath.
{He} ran through the tall grass and jumped over a log. The way was half done.
The sun was hot, and the road was dusty, but {N} did not slow down.
+/
Then {he} heard a cry. {He} looked back and saw that {F} had fallen into a ditch.
Then {N} saw something. On the other side of the bend, {F} had fallen and could not get up.
Suddenly there was a noise behind {him}. "Ouch! My foot!" It was {F}, who was lying on the ground.
Just then, somebody called for help. It was {F}, who had fallen over a stone.
-
{N} stopped. {He} could already see the finish, and the {thing} was waiting there.
"What shall I do?" {N} thought. If {he} turned around, {he} would lose the race.
The finish was so near. One more minute, and the {thing} would be {his}.
One runner went past {F} and did not stop. Then another one went by. Nobody wanted to lose time.
+
But {N} turned around. {He} ran back to help {his} friend. "Give me your hand," {he} said.
{N} did not think for long. {He} ran back as fast as {he} had come. "I will help you," {he} called.
"A friend is more important," {N} said to {himself}, and {he} went back to help {F}.
{N} looked at the finish and then at {F}. Then {he} went back. "Do not worry, I will help you," {he} said.
-
"You will lose the race because of me," said {F}. "There will be another race," {N} answered.
"Go on and win," said {F}. "No," said {N}. "We will finish it together."
{N} tied {his} scarf around the hurt foot. "Lean on me," {he} said.
{F} had tears in {fhis} eyes. "Thank you," {fhe} said. "Nobody else stopped."
+/
Side by side they walked to the finish, slowly, step by step. They were the last to arrive.
Together they went on. They walked over the line as the last two, arm in arm.
It took a long time, but they got there. They came in last, and they did it together.
{N} held {F} all the way. When they got to the line, all the others were already there.
+
But everybody clapped and cheered for them, louder than for the winner.
But how everybody cheered! They threw their hats into the air, just for {N} and {F}.
It was quiet for a moment. Then all of them began to clap, and they did not stop.
{N} thought that nobody would look. But all of them stood up and called {his} name.
-
The winner came and gave {N} a part of the prize. "You are the real winner today," the winner said.
"I saw what you did," said the judge. "For that you get a special ribbon."
{H} gave {him} a long hug. "I am more proud of you than if you had won," {hhe} said.
The judge shook {his} hand. "Fast legs are good," she said, "but a good heart is better."
-
In the evening, {N} and {F} sat under the oak tree and ate a big plum pie.
When the foot was well again, {N} and {F} ran together every morning.
"Next year we will run again," said {F}. "Yes," said {N}, "side by side."
{N} hung the scarf over {his} bed, so that {he} would always remember that day.

= neighbor
hero: child
about: helping an old neighbor = help; an old {woman} = old; a {kid} who helps = help; being helpful = help; a kind {kid} = {N}
moral: A little help can bring a lot of joy.|When you give your time, you get a friend.
moral: {N} learned that even small hands can help.
+
Next door lived an old {woman}. {Whis} hair was white, and {whe} walked with a stick.
In the house across the road lived an old {woman}, all alone. {Whe} had a big garden and a small cat.
There was an old {woman} next door. {Whe} always sat at the window and looked out.
Beside {N}'s house stood a tiny gray house. An old {woman} lived there with a cat.
-
All the children thought that the {woman} was strange. They ran by {whis} house very fast.
{N} always waved, and the old {woman} always waved back. But they had never talked.
"Does anybody ever visit that house?" {N} asked. "I do not think so," said {H}.
In the summer there were flowers at the window. But this year, there were none.
+/
{oneday}, {N} saw the old {woman} on the road. {Whe} was carrying a heavy bag, and {whe} had to stop at each step.
{oneday}, the old {woman}'s bag broke. All the potatoes rolled down the street.
{oneday}, {N} saw that the grass in the garden next door was very high. The old {woman} tried to cut it, but {whe} was too weak.
{oneday}, the old {woman} stood in front of {whis} house with a basket of wood. It was much too heavy for {whim}.
+
{N} ran over at once. "May I help you?" {he} asked.
{N} did not think twice. "Please wait!" {he} called. "I can help you with that."
"I have strong arms," said {N}. "Let me help you." And {he} was already there.
{N} put down {his} ball and went over. "Shall I help you?" {he} asked in a friendly voice.
-
The old {woman} looked surprised. Then {whe} smiled, and {whis} whole face was full of little lines.
"That is very kind of you," said the old {woman}. "My back is not as strong as it was."
"Oh, thank you, my child," said the {woman}. "Nobody has asked me that for a long time."
The old {woman} wiped {whis} face. "You come at the right time," {whe} said.
+
{N} worked hard, and soon everything was done. Then {he} followed the {woman} into the house.
Together they did it in no time at all. "Come in," said the {woman}, "and have some tea with me."
It was hard work, but {N} did not stop until it was done. The old {woman} asked {him} to come in.
They talked while they worked, and so the time went by fast. Then they went inside.
-/
In the house it was dark and cold. The fire was out, and there was dust on the shelves.
The rooms were full of old things. There was a clock that did not tick and a piano that nobody played.
A cat was sitting on the chair. It looked at {N} with yellow eyes and began to purr.
On the wall there were many pictures. They showed ships, and islands, and a young captain.
-
{N} lit the fire and swept the floor. Soon the room was warm and bright.
{N} washed the cups and cleaned the window. The sun came in, and it looked like a new room.
{N} brought in wood for the stove and fresh water from the well.
{N} fed the hungry cat and watered a dry plant. Then {he} wound up an old clock. Tick, tock, it went.
+/
Then the old {woman} told a story. When {whe} was young, {whe} had sailed over all the seas.
Then the old {woman} began to tell about the old days. {Whe} had seen lions, whales and mountains of ice.
While they drank tea, the old {woman} told {him} about {whis} life. It was as exciting as any book.
The old {woman} sat down and told {him} how {whe} once found a treasure. {N} listened with wide eyes.
-
{N} wanted to hear more and more. When the clock struck six, {he} had to go home.
"Is that really true?" asked {N}. "Every word," said the {woman} and laughed.
{N} forgot the time. Only when {H} called for dinner did {he} jump up.
The {woman} showed {him} a shell. When {N} held it to {his} ear, {he} could hear the sea.
-
"Please come again," said the old {woman}. "I liked that very much." "I will," said {N}.
"May I come back tomorrow?" asked {N}. The old {woman}'s eyes began to shine. "Yes, please," {whe} said.
The old {woman} gave {him} an apple for the way, and {whe} stood at the door until {he} was gone.
"You made this a good day for me," the {woman} said when {N} left.
-/
At home, {N} told {H} about everything. "You did a good thing," said {H}.
{H} baked a pie, and {N} took it over the next day. The {woman} was so happy that {whe} cried.
That night, {N} had an idea. {He} told {his} friends about the {woman} and the stories.
"{Whe} is not strange at all," {N} told the other children. "{Whe} knows the best stories in the world."
+
From then on, {N} went there every week. {He} helped in the house, and the old {woman} told {him} stories.
After that, {N} came every Saturday. The old {woman} was not lonely any more, and {N} had a new friend.
Soon all the children came. They helped in the garden, and in the evening they sat around the old {woman} and listened.
Now {N} visits the old {woman} every day after school, and there is always tea and a new story.
-
In the spring, they planted flowers together. Now the window was full of color.
Now the rooms are bright and warm, and there is always laughter in the little house.
On {his} birthday, {N} got a big sea shell as a present. {He} still has it today.
And when the old {woman} was sick one winter, {N} read {whim} a story.

= secret_garden
hero: child
about: a secret garden = garden; an old key = key; a hidden door = door; a garden full of flowers = garden; a key and a door = key
moral: If you care for a place, it will bloom.|A secret is even better when you share it with a friend.
moral: With a little love, the gray can become green again.
+
Behind {N}'s house there was a high stone wall. Nobody knew what was on the other side.
At the end of the lane there was an old wall. It was covered with leaves, and there was no gate in it.
Not far from home there was a long wall. "What is behind it?" {N} asked, but nobody could tell {him}.
{N} often played near a tall wall. {He} always wanted to know what was behind it.
-
{He} had looked for a hole in it, but there was none. {He} had tried to climb it, but it was too high.
Some people said that there was a dragon behind it. Others said that there was nothing at all.
Sometimes a bird flew over the wall with a berry in its beak. "So something grows there," {N} thought.
{H} said that once, long ago, a rich lady had lived there. But that was before {N} was born.
+/
{oneday}, {N} was digging in the earth when {he} found an old key. It was brown with rust.
{oneday}, a little bird dropped something in front of {his} feet. It was an old key!
{oneday}, {N} saw something shine between two stones. {He} pulled it out. It was a small iron key.
{oneday}, {N} found an old key in a box under the stairs. There was a flower on it.
-
"What does it open?" {he} asked. {He} tried it at home, but it was too big for every lock.
{He} cleaned it with sand until it was shiny. It lay warm and heavy in {his} hand.
{He} ran to {H}. "Do you know this key?" {he} asked. But {H} had never seen it before.
{N} turned it in {his} hand. "Where there is a key, there is a door," {he} said.
+
{N} went along the wall and pushed the leaves aside. And there, behind the leaves, was a small door!
A wind moved the leaves on the wall, and for a moment {N} saw wood. It was a hidden door.
{N} followed a little bird along the wall. It sat down on a branch, and behind the branch was a door.
{N} felt along the stones with {his} fingers. All at once there was wood under the leaves. It was a door!
+
{He} put the key into the lock and turned it. It was hard at first, but then it went click.
{His} hand was shaking when {he} tried the key. It fit! Slowly the door opened.
{N} put in the key. Click! The door creaked and opened a little.
The key fit. {N} pushed with {his} shoulder, and the old door opened.
+/
Behind it was a garden. But it was a sad garden, for everything was dry and gray.
{N} stepped into a garden that nobody had seen for years. There were weeds everywhere, and the roses hung their heads.
{He} was standing in an old garden. The paths were covered with leaves, and the fountain was dry.
It was a garden, quiet and wild. Nobody had taken care of it for a long, long time.
-
In the middle stood a stone bench. {N} sat down and listened. There was not a sound.
A swing hung from an old tree, but the rope was torn.
{N} walked around on {his} toes. It was like a garden that was asleep.
Then {N} saw one small green leaf on a dry branch. "It is still alive," {he} whispered.
-
"I will wake you up," {N} told the garden. The next day, {he} came back with a little spade.
{N} made a plan. {He} would come every day after school and work there.
{N} wanted to help the garden. But it was too much work for one child.
"You only need some water and some love," said {N}. {He} began to pull out the weeds at once.
+
{N} told {his} best friend {F} about the secret. {F} came along, and they worked together.
{N} could not do it all alone. So {he} showed the garden to {F}, {his} best friend, and {fhe} wanted to help.
A few days later, {N} brought {his} friend {F}. "What a wonderful place," said {F} and began to dig.
{N} had a good friend named {F}. {F} could keep a secret, and so {N} let {fhim} in.
-/
They pulled out weeds, cut dry branches and carried away the old leaves. Their hands were black with earth.
They brought water in cans. They planted seeds in straight rows and put up small signs.
{F} fixed an old gate with some wire, and {N} cleaned the paths.
Day after day they worked. Sometimes they sang, and sometimes they just worked side by side.
-
In the beginning there was nothing to see. "Be patient," {N} said to {F}.
Then it rained for a week. They waited at home and hoped that the seeds were happy.
A bird came and built a nest in the old tree. That was a good sign.
At night, {N} dreamed of flowers that were as high as houses.
+
In the spring, the garden woke up. There were red roses and blue bells and yellow tulips everywhere.
And one morning, when they opened the door, everything was in bloom. It was like a dream.
Slowly the gray garden turned green. Then the first flower opened, and soon there were hundreds.
At last the roses opened. The whole garden was full of color and sweet smells.
-
Bees hummed in the air, and the birds were singing. {N} and {F} sat on the bench and smiled.
"We did it," said {F}. They hung a swing from a tree and took turns until the evening.
{N} asked {H} to come and see. {H} stood at the door and could not say a word.
They picked a few roses and put them on the table at home. "Where are these from?" asked {H}.
-
Then they left the door open, so that everybody could come in and enjoy it.
In the end they invited all the children. "A garden is too nice to be a secret," said {N}.
{N} hung the key on a nail by the door. Now anybody who was sad could come and sit there.
And {N} and {F} took care of the garden for many, many years.
"""
