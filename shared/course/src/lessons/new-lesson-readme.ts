/** The content of a new lesson's README. */
export interface NewLessonReadme {
  readonly number: number;
  readonly title: string;
  readonly port: number;
  /** The number of the lesson that was copied. */
  readonly from: number;
  /** The files that already differ from that lesson. */
  readonly files: readonly string[];
}

/**
 * Returns a README with every part that the course home shows and the tests check. Each sentence
 * says what belongs in its place.
 */
export function newLessonReadme(lesson: NewLessonReadme): string {
  const { number, title, port, from, files } = lesson;
  const names = files.map((file) => `\`${file}\``).join(', ');
  const copied =
    files.length === 0 ? '' : `- ${names}: the name, the number and the port of this lesson\n`;
  return `# Lesson ${number}: ${title}

**Goal.** Say in one sentence what a reader understands after this lesson. The part before the
first colon is the lesson's idea.

## Run

\`npm run lesson ${number}\`, then open http://localhost:${port} in two tabs.

## Walkthrough

Describe the three to five steps of the page. For each step, say what to do, what the reader will
see, and why.

## Try it yourself

1. *Look.* Name a button in the lab that shows the idea.
2. *Change.* Describe an edit of one line and its effect.
3. *Break.* Describe what goes wrong without the idea.

## What goes wrong

| Symptom | Cause | Cure |
|---|---|---|
| The exact message that a user sees. | What is wrong. | The line that fixes it. |

## Quiz

<details><summary>A question about what the reader has seen?</summary>The answer.</details>
<details><summary>A question about the reason?</summary>The answer.</details>
<details><summary>A question about the limits of the idea?</summary>The answer.</details>

## C# next to TypeScript

| C# | TypeScript |
|---|---|
| \`Clients.All.SendAsync("ReceiveMessage", message)\` | \`this.clients.all.send('ReceiveMessage', message)\` |

## What changed since the last lesson

The code is a copy of lesson ${from}. List each changed file with the reason, the idea first. Everything that is not the idea belongs in \`lab/\`.

${copied}- \`lab/\`: nothing yet

## What differs from the video

The course does not have this lesson. It starts from the code of lesson ${from}.
`;
}
