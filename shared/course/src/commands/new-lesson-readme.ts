/** What the README of a new lesson begins with. */
export interface NewLessonReadme {
  readonly number: number;
  readonly title: string;
  readonly port: number;
  /** The lesson whose code it starts from. */
  readonly from: number;
  /** The files that differ from that lesson's already. */
  readonly files: readonly string[];
}

/** A README with every part that the home shows and the tests ask for; each sentence says what belongs in its place. */
export const newLessonReadme = ({ number, title, port, from, files }: NewLessonReadme): string =>
  `# Lesson ${number}: ${title}

**Goal.** Say in one sentence what a reader understands after this lesson: up to the colon it is the lesson's idea on the map of lesson 1.

## Run

\`npm run lesson ${number}\`, then open http://localhost:${port} in two tabs.

## Watch

Say what to press, and what to see where: on the page, in the wire panel.

## Three experiments

1. *Look.* Something to press that shows the idea.
2. *Change.* An edit of one line, and what it does.
3. *Break.* What goes wrong without the idea.

## Failure on purpose

- *Symptom.* The exact text that a user sees.
- *Cause.* What is wrong.
- *Cure.* The line that mends it.

## C# beside TypeScript

| C# | TypeScript |
|---|---|
| \`Clients.All.SendAsync("ReceiveMessage", message)\` | \`this.clients.all.send('ReceiveMessage', message)\` |

## Quiz

<details><summary>A question about what was seen?</summary>Its answer.</details>
<details><summary>A question about why it is so?</summary>Its answer.</details>
<details><summary>A question about where it ends?</summary>Its answer.</details>

## What changed since the last lesson

The code starts from lesson ${from}. For each file say why it changed:

- ${files.map((file) => `\`${file}\``).join(', ')}: name, number and port of this lesson

## Differs from the video

The course has no such lesson: this one is an addition, and starts from the code of lesson ${from}.
`;
